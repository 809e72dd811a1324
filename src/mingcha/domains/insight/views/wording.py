"""A party in words, as lists and the head of a dossier say it; what identifies a person is masked."""

from mingcha.domains.parties import queries as parties
from mingcha.domains.parties.queries import Party
from mingcha.domains.records.queries import sharing
from mingcha.standards import loader

PERSON = "2"
SCHEMES = {
    "uscc": "统一社会信用代码",
    "registration-number": "注册号",
    "pripid": "主体身份代码",
    "resident-id": "公民身份号码",
}


def name_of(party: Party) -> str:
    """The name; of a person only the family name."""
    return sharing.mask(party.name, "name") if party.kind == PERSON else party.name


def code_of(party: Party) -> str:
    """The main code; a person's number is never shown in a list."""
    return sharing.mask(party.code, "id") if party.kind == PERSON else party.code


def address_of(party: Party) -> str:
    """The address; of a person only where it begins."""
    return sharing.mask(party.address, "address") if party.kind == PERSON else party.address


def codes_of(party: Party) -> list[dict[str, str]]:
    """Every code by which the party is known, with what kind of code it is."""
    if party.kind == PERSON:
        return [{"label": SCHEMES["resident-id"], "value": code_of(party)}]
    named = [i for i in parties.identifiers_of(party) if i.scheme != "name"]
    return [{"label": SCHEMES.get(i.scheme, i.scheme), "value": i.value} for i in named]


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
    party.industry_label = industry_label(party)  # type: ignore[attr-defined]
    return party
