"""What the data centre does about news from below. Engines are for jobs: these only defer them."""

from mingcha.base.events.services import on
from mingcha.base.jobs import defer
from mingcha.domains.catalog import queries as catalog
from mingcha.domains.catalog.events import (
    ChecklistPublished,
    ExceptionAllowed,
    ItemPublished,
    Published,
)
from mingcha.domains.parties.events import AuthorityChanged
from mingcha.domains.records.services import attributes


@on(AuthorityChanged)
def fill_parties_anew(event: AuthorityChanged) -> None:
    """按新的权威次序重算监管对象

    Marks the parties of which the table says something, and has a job fill them. Marking twice is
    marking once.
    """
    attributes.note_stale_table(event.table)
    attributes.refill_soon()


@on(ItemPublished)
def follow_item(event: ItemPublished) -> None:
    """监管事项发布：入库为记录、复核待核、重查追溯期间的行为

    Twice does no harm: each job finds what is done.
    """
    _follow(event)


@on(ChecklistPublished)
def follow_checklist(event: ChecklistPublished) -> None:
    """检查实施清单发布：入库为记录、复核待核、重查追溯期间的行为

    Twice does no harm: each job finds what is done.
    """
    _follow(event)


@on(ExceptionAllowed)
def follow_exception(event: ExceptionAllowed) -> None:
    """监管例外获准：复核待核的行为

    Twice does no harm: what has landed waits no more.
    """
    defer("records.recheck_all", lock="records:recheck", table=event.scheme)


def _follow(event: Published) -> None:
    """A list came by file and is facts already; what was published here becomes facts now."""
    if event.change != catalog.BY_LIST:
        defer("records.land_publication", queue="intake", publication=event.publication)
        defer("records.recheck_all", lock="records:recheck", table=event.scheme)
    defer("records.examine_publication", lock="records:examine", publication=event.publication)
