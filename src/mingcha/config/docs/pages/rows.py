"""docs/reference/rows.md: which requirement is proven by which test, through which page."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from mingcha.config.docs.evidence import Proof, proofs
from mingcha.config.docs.markdown import bullets, code, page, section, table

SHOWN = 4  # doors named per test
AREAS = {
    "CAT": "Supervision items", "REG": "Registers and the dossier", "DAT": "Data centre",
    "INS": "Random inspections", "ENF": "Enforcement", "JNT": "Joint supervision",
    "CRD": "Credit", "RSK": "Risk", "CMP": "Complaints", "MOB": "In the field",
    "OFF": "Off-site", "EVA": "Supervising the supervisors", "PUB": "Public interface",
    "GOV": "Work portal and decisions", "SEC": "Trust and safety",
    "BEY": "Beyond the founding documents",
}  # fmt: skip


@dataclass(frozen=True)
class Requirement:
    """One row of the requirements, in the words of requirements.csv."""

    id: str
    requirement: str
    source: str


def requirements() -> list[Requirement]:
    """Every requirement row, in its order."""
    text = files("mingcha.config.docs").joinpath("requirements.csv").read_text(encoding="utf-8")
    return [Requirement(**row) for row in csv.DictReader(text.splitlines())]


def printed() -> str:
    """The page."""
    found = proofs()
    wanted = requirements()
    proven = {row for proof in found if proof.doors for row in proof.rows}
    return page(
        "Requirements and their tests",
        "This page says which requirement has a test that goes through a page, the API or a command.",
        "A test is listed under a row when it is marked with it. The row counts as **touched** when "
        "at least one of its tests goes through a door; a row whose tests call services or private "
        "functions only counts as not done. Touched is not finished: most rows name several things, "
        "and the test proves what its name says.",
        f"Touched: {len(proven & {row.id for row in wanted})} of {len(wanted)} rows.",
        *_areas(wanted, found, proven),
    )


def _areas(wanted: list[Requirement], found: list[Proof], proven: set[str]) -> Iterator[str]:
    for area, title in AREAS.items():
        mine = [row for row in wanted if row.id.startswith(f"{area}-")]
        tested = [(row, [proof for proof in found if row.id in proof.rows]) for row in mine]
        rows = (line for row, marked in tested if marked for line in _lines(row, marked, proven))
        rest = [f"{row.id}: {row.requirement}" for row, marked in tested if not marked]
        yield section(
            f"{area} · {title}",
            table(("row", "requirement", "test", "goes through"), rows),
            "Not yet:\n\n" + bullets(rest) if rest else "",
        )


def _lines(
    row: Requirement, marked: list[Proof], proven: set[str]
) -> Iterator[tuple[str, str, str, str]]:
    state = "" if row.id in proven else " **(not done: no door)**"
    head = (f"**{row.id}**{state}", row.requirement)
    for proof in marked:
        yield *head, _test(proof), _doors(proof)
        head = ("", "")


def _test(proof: Proof) -> str:
    slow = " (slow)" if proof.is_slow else ""
    return f"[{proof.name.removeprefix('test_').replace('_', ' ')}](../../{proof.file}){slow}"


def _doors(proof: Proof) -> str:
    rest = len(proof.doors) - SHOWN
    more = f" and {rest} more" if rest > 0 else ""
    return "、".join(code(door) for door in proof.doors[:SHOWN]) + more
