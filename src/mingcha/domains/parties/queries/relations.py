"""How a party stands to others (主体关系), with the words for it from its side."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from mingcha.base.errors import NotFound
from mingcha.domains.parties.models import Party, Relation

# kind → the words said of the one who is told of, and of the other.
WORDS = {
    "01": ("隶属于", "分支机构"),
    "02": ("被吸收合并入", "吸收合并了"),
    "03": ("合并新设为", "由其合并新设"),
    "04": ("分立出", "自其分立"),
    "05": ("改制后由其承继", "承继自"),
}


@dataclass(frozen=True)
class Seen:
    """One relation from a party's side: the words, the other, and its days and source."""

    relation: Relation
    words: str
    other: Party
    since: date
    until: date | None


def relations_of(party: Party) -> list[Seen]:
    """How a party stands to others, the latest first; those taken back too. One query.

    What was told of parties that went into this one counts as its own.
    """
    mine = Q(party=party) | Q(party__merged_into=party)
    theirs = Q(other=party) | Q(other__merged_into=party)
    rows = Relation.objects.filter(mine | theirs).select_related(
        "party__merged_into", "other__merged_into"
    )
    found = []
    for row in rows:
        one, other = row.party.merged_into or row.party, row.other.merged_into or row.other
        if one.pk == other.pk:
            continue
        side = 0 if one.pk == party.pk else 1
        found.append(
            Seen(row, WORDS[row.kind][side], other if side == 0 else one, row.since, row.until)
        )
    return found


def relation_for(party: Party, number: int) -> Relation:
    """One relation of a party. Raises NotFound."""
    for seen in relations_of(party):
        if seen.relation.pk == number:
            return seen.relation
    raise NotFound(what="主体关系", key=number)
