"""Background work of inspections: freezing and drawing."""

from mingcha.domains.inspections.jobs import drawing, freezing

__all__ = ["drawing", "freezing"]
