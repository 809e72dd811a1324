"""Filters that somebody keeps as tabs of their own (常用筛选)."""

from django.db import transaction

from mingcha.base.ledger.services import GONE, act
from mingcha.base.people import contents, errors
from mingcha.base.people.models import Account, SavedView

MOST = 12  # tabs of one page


@transaction.atomic
def keep_view(page: str, label: str, query: str, *, actor: Account) -> SavedView:
    """Keep the filter of a list under a name, for oneself. `query` is that of the address.

    Leaves one act. Raises NotLegible or ViewTaken.
    """
    label = label.strip()
    if not 0 < len(label) <= 20:
        raise errors.NotLegible(field="名称", value=label, rule="请用 1 至 20 个字。")
    if len(query) > 1000:
        raise errors.NotLegible(field="条件", value=query[:40], rule="条件过长，请精简后再保存。")
    Account.objects.select_for_update(of=("self",)).get(pk=actor.pk)
    there = list(actor.views.filter(page=page).values_list("label", flat=True))
    if label in there or len(there) >= MOST:
        raise errors.ViewTaken(label=label, most=MOST)
    row = SavedView.objects.create(account=actor, page=page, label=label, query=query)
    act(actor, "保存常用筛选", row, content=contents.of_view(row))
    return row


@transaction.atomic
def drop_view(page: str, label: str, *, actor: Account) -> None:
    """Forget a kept filter of one's own. One that is not there does no harm. Leaves one act."""
    row = actor.views.select_for_update().filter(page=page, label=label).first()
    if row is not None:
        act(actor, "删除常用筛选", row, content=GONE)
        row.delete()
