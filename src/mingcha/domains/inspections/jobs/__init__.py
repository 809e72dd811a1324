"""Background work of inspections: freezing, drawing, publishing."""

from mingcha.domains.inspections.jobs import drawing, freezing, publishing

__all__ = ["drawing", "freezing", "publishing"]
