"""A party in words, as lists and the head of a dossier say it; what identifies a person is masked."""

from collections.abc import Container

from mingcha.domains.parties import queries as parties
from mingcha.domains.parties.queries import Party
from mingcha.domains.records.queries import sharing
from mingcha.standards import loader
from mingcha.standards.masking import mask
from mingcha.standards.model import RegionBy, Share

PERSON = "2"
RESIDENT_ID = "公民身份号码"
REGION_BY = {
    RegionBy.AUTHORITY: "依登记机关",
    RegionBy.ADDRESS: "依地址",
    RegionBy.USCC: "依信用代码，为最初登记地",
}


def name_of(party: Party) -> str:
    """The name; of a person only the family name."""
    return mask(party.name, "name") if party.kind == PERSON else party.name


def code_of(party: Party) -> str:
    """The main code; a person's number is never shown in a list."""
    return mask(party.code, "id") if party.kind == PERSON else party.code


def address_of(party: Party) -> str:
    """The address; of a person only where it begins."""
    return mask(party.address, "address") if party.kind == PERSON else party.address


def codes_of(
    party: Party, *, known_by: Container[tuple[str, str]] | None = None
) -> list[dict[str, str]]:
    """Every code by which the party is known, with what kind of code it is.

    With `known_by` only those of them: the (scheme, value) known at a moment of the past.
    """
    if party.kind == PERSON:
        return [{"label": RESIDENT_ID, "value": code_of(party)}]
    labels, codeless = _labels_of_schemes(), {"name", *loader.current().natural_schemes}
    coded = [
        one
        for one in parties.identifiers_of(party)
        if one.scheme not in codeless and (known_by is None or (one.scheme, one.value) in known_by)
    ]
    return [{"label": labels.get(i.scheme, i.scheme), "value": i.value} for i in coded]


def _labels_of_schemes() -> dict[str, str]:
    """What people call the codes of each scheme: as the register that has them calls the field."""
    found: dict[str, str] = {}
    for table in loader.current().tables.values():
        identifiers = table.register_as.identifiers if table.register_as else {}
        for scheme, names in identifiers.items():
            found.setdefault(scheme, table.fields[names[0]].label)
    return found


def region_note(party: Party) -> str:
    """How the division was found out, where no record states it; else ""."""
    return REGION_BY.get(RegionBy(party.region_by), "") if party.region_by else ""


def known_as(party: Party, words: str) -> str:
    """The other name by which the words find a party; "" where its present name holds them."""
    if not words or party.kind == PERSON or words in party.name:
        return ""
    return next((name for name in parties.other_names(party) if words in name), "")


def kind_label(party: Party) -> str:
    """The object's kind in words."""
    return loader.current().code_table("supervise_object_type").label_of(party.kind)


def industry_label(party: Party) -> str:
    """The industry in words, or "" when unknown."""
    if not party.industry:
        return ""
    return loader.current().code_table("industry").label_of(party.industry)


def status_label(party: Party) -> str:
    """The registration state; an entity known only from acts says so."""
    return party.status or ("已登记" if party.is_registered else "未登记")


def shown(party: Party, regions: dict[str, str]) -> Party:
    """A party as insight/party_row.html wants it; `regions` has full names by code."""
    party.code, party.name, party.address = code_of(party), name_of(party), address_of(party)
    party.kind_label = kind_label(party)  # type: ignore[attr-defined]  # for the template
    party.region_label = regions.get(party.region, party.region)  # type: ignore[attr-defined]
    party.region_note = region_note(party)  # type: ignore[attr-defined]
    party.industry_label = industry_label(party)  # type: ignore[attr-defined]
    return party


# Why a field is masked, by the share level that decided.
MASKED = {
    Share.SENSITIVE: "敏感信息，对所有人遮盖；办案确需时可以逐次查看",
    Share.INTERNAL: "内部信息，只对报送单位及其上级原样显示",
    Share.SHARED: "共享信息，只对监管人员原样显示",
}


def masked_because(field: sharing.Shown) -> str:
    """Why a field is masked, as a short sentence; "" where it is not."""
    return MASKED.get(field.level, "") if field.is_masked else ""
