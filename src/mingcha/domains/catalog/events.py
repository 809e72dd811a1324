"""What the catalogue announces."""

from dataclasses import dataclass

from mingcha.base.events.services import Event


@dataclass(frozen=True)
class Published(Event):
    """A publication changed the book; `queries.touched` says which entries, on which days.

    `change` is a code of models.Change: a suspension, an abolition and a list that came by file are
    announced as this too. `scheme` and `code` name the entry where it is one, and are "" where a
    list brought many.
    """

    publication: int
    change: str
    scheme: str = ""
    code: str = ""

    @property
    def subject(self) -> str:
        """The entry; a list is a subject of its own."""
        name = type(self).__name__.removesuffix("Published").lower()
        if self.code:
            return f"{name}/{self.scheme}/{self.code}"
        return f"{name}-list/{self.publication}"


@dataclass(frozen=True)
class ItemPublished(Published):
    """A supervision item has a new version, or several have."""


@dataclass(frozen=True)
class ChecklistPublished(Published):
    """A checklist has a new version, or several have."""


@dataclass(frozen=True)
class ExceptionAllowed(Event):
    """A body may act for some days although no item is in force."""

    case: str
    scheme: str
    code: str

    @property
    def subject(self) -> str:
        """The item."""
        return f"item/{self.scheme}/{self.code}"
