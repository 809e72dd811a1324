"""Who an entity was and is, as the dossier shows it: merged, split, renamed, moved, related."""

from collections.abc import Mapping

from django.urls import reverse

from mingcha.base.people import queries as people
from mingcha.base.people.models import Account
from mingcha.domains.insight.views import wording
from mingcha.domains.parties import queries as parties
from mingcha.domains.parties.queries import Party
from mingcha.domains.parties.queries.relations import Seen
from mingcha.domains.parties.rules.attributes import LABELS, Attribute
from mingcha.domains.records.queries import conflicts, decisions
from mingcha.domains.records.queries.conflicts import Conflict
from mingcha.domains.records.queries.identity import Known, identity
from mingcha.domains.records.queries.sharing import Policy
from mingcha.standards import loader

LINK = "records.link"


def shown(account: Account, party: Party, policy: Policy) -> dict[str, object]:
    """What insight/identity.html needs."""
    found = identity(policy, party)
    number = party.public_id
    return {
        "gone_into": _named(party.merged_into) if party.merged_into else None,
        "absorbed": [_named(one) for one in found.absorbed],
        "went_to": [_named(one) for one in found.went_to],
        "is_void": party.is_void,
        "shares_code": [_named(one) for one in found.shares_code],
        "ended_on": found.ended_on,
        "names": _names(party),
        "changes": [_change(one, party) for one in found.changes],
        "relations": [_relation(one, account, number, found.told_by) for one in found.relations],
        "conflicts": [_conflict(one, account, party) for one in found.conflicts],
        "decisions": [
            {
                "text": decisions.in_words(one), "state": decisions.state_of(one)[0],
                "by": f"{one.unit} {one.by}", "at": one.at, "reason": one.reason,
                "url": reverse("records:decision", args=[one.pk]) if account.holds(LINK) else "",
            }
            for one in found.decisions
        ],
        "actions": _actions(account, party),
    }  # fmt: skip


def _named(party: Party) -> dict[str, str]:
    return {
        "name": wording.name_of(party),
        "code": wording.code_of(party),
        "url": reverse("insight:dossier", args=[party.public_id]),
    }


def _names(party: Party) -> list[str]:
    names = parties.other_names(party)
    if party.kind == wording.PERSON:
        return [name[:1] + "＊" * max(len(name) - 1, 1) for name in names]
    return names


def _change(one: Known, party: Party) -> dict[str, object]:
    change = one.change
    return {
        "label": LABELS[change.attribute],
        "before": _in_words(change.attribute, change.before, party),
        "after": _in_words(change.attribute, change.after, party),
        "on": change.on,
        "learnt_at": one.learnt_at,
        "provider": one.provider,
        "url": reverse("insight:versions", args=[change.fact]),
    }


def _in_words(attribute: Attribute, value: str, party: Party) -> str:
    if attribute is Attribute.INDUSTRY:
        return loader.current().code_table("industry").label_of(value)
    if attribute is Attribute.REGION:
        return people.region_names({value}).get(value, value)
    if party.kind == wording.PERSON and attribute in {Attribute.NAME, Attribute.ADDRESS}:
        return value[:1] + "＊" * max(len(value) - 1, 1)
    return value


def _relation(
    one: Seen, account: Account, number: str, told_by: Mapping[int, str]
) -> dict[str, object]:
    row = one.relation
    teller = told_by.get(row.fact_id) if row.fact_id else None
    may_end = row.fact_id is None and row.ended_at is None and account.holds(LINK)
    return {
        "words": one.words,
        "other": _named(one.other),
        "since": one.since,
        "until": one.until,
        "source": (teller or "报送的记录") if row.fact_id else f"人工登记：{row.reason}",
        "source_url": reverse("insight:versions", args=[row.fact_id]) if teller else "",
        "ended": f"已撤销：{row.ended_reason}" if row.ended_at else "",
        "end_url": reverse("records:relation_end", args=[number, row.pk]) if may_end else "",
    }


def _conflict(one: Conflict, account: Account, party: Party) -> dict[str, object]:
    attribute = Attribute(one.attribute)
    said = dict.fromkeys(_in_words(attribute, str(rival[0]), party) for rival in one.rivals)
    url = reverse("records:conflict", args=[party.public_id, one.attribute])
    return {
        "label": LABELS[attribute],
        "value": _in_words(attribute, one.value, party),
        "others": "；".join(said),
        "how": conflicts.how_label(one.how),
        "url": url if account.holds(LINK) else "",
    }


def _actions(account: Account, party: Party) -> list[dict[str, object]]:
    """What a linker may do about who this is."""
    if not account.holds(LINK) or party.merged_into_id is not None:
        return []
    number = party.public_id
    return [
        {"label": "与另一对象合并", "url": f"{reverse('records:merge')}?one={number}"},
        {"label": "拆分", "url": reverse("records:split", args=[number])},
        {"label": "登记主体关系", "url": reverse("records:relation_new", args=[number])},
    ]
