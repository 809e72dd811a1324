"""What online entry asks: drafts and entries, known facts, offers, what is being filled in."""
