"""What anybody may see of random inspections, without an account: what is published, and no more."""
