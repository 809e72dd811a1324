"""What others may read of inspections: permissions included."""
