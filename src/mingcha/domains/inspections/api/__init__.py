"""Machine door of inspections."""
