"""Everything others may read from the data centre; permissions are part of the question."""
