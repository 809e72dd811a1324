"""What is wrong with how a record names an entity (脏数据种类), by comparing it with the register (pure)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from unicodedata import normalize

from mingcha.domains.parties.rules import (
    Profile,
    address_level,
    fold,
    is_uscc,
    profile,
    trade_level,
)


class Dirt(StrEnum):
    """One kind of dirt; CLEAN where there is none."""

    CLEAN = "clean"
    NO_CODE = "no_code"
    WRONG_CODE = "wrong_code"
    TYPO = "typo"
    ABBREVIATED = "abbreviated"
    REGION_CHANGED = "region_changed"
    SUFFIX_CHANGED = "suffix_changed"
    TRADITIONAL = "traditional"
    FULL_WIDTH = "full_width"
    ADDRESS_VARIANT = "address_variant"
    NO_ADDRESS = "no_address"


LABELS = {
    Dirt.CLEAN: "写法一致",
    Dirt.NO_CODE: "没有代码",
    Dirt.WRONG_CODE: "代码误写",
    Dirt.TYPO: "名称一字之差",
    Dirt.ABBREVIATED: "名称简写",
    Dirt.REGION_CHANGED: "名称中的区划不同",
    Dirt.SUFFIX_CHANGED: "组织形式不同",
    Dirt.TRADITIONAL: "繁体字",
    Dirt.FULL_WIDTH: "全角字符",
    Dirt.ADDRESS_VARIANT: "地址写法不同",
    Dirt.NO_ADDRESS: "没有地址",
}


@dataclass(frozen=True, slots=True)
class Written:
    """How a record, or the register, writes whom it means."""

    name: str
    address: str = ""
    region: str = ""
    code: str = ""


def kinds_of(said: Written, known: Written) -> list[Dirt]:
    """The kinds of dirt in what a record says of an entity, in the order of `Dirt`; CLEAN for none."""
    ours = profile(said.name, said.address, said.region, said.code)
    theirs = profile(known.name, known.address, known.region, known.code)
    found = [kind for kind, is_so in _TESTS.items() if is_so(said, known, ours, theirs)]
    return found or [Dirt.CLEAN]


Test = Callable[[Written, Written, Profile, Profile], bool]


def _traditional(said: Written, known: Written, ours: Profile, theirs: Profile) -> bool:
    text = normalize("NFKC", said.name + said.address).upper()
    return any("一" <= a <= "鿿" and a != b for a, b in zip(text, fold(text), strict=False))


_TESTS: Mapping[Dirt, Test] = {
    Dirt.NO_CODE: lambda said, known, a, b: not said.code and bool(known.code),
    Dirt.WRONG_CODE: lambda said, known, a, b: (
        bool(said.code)
        and len(said.code) == 18
        and not is_uscc(normalize("NFKC", said.code).upper())
    ),
    Dirt.TYPO: lambda said, known, a, b: trade_level(a.name, b.name).startswith("near"),
    Dirt.ABBREVIATED: lambda said, known, a, b: (
        trade_level(a.name, b.name) == "short" or bool(b.name.form and not a.name.form)
    ),
    Dirt.REGION_CHANGED: lambda said, known, a, b: a.name.region != b.name.region,
    Dirt.SUFFIX_CHANGED: lambda said, known, a, b: bool(a.name.form) and a.name.form != b.name.form,
    Dirt.TRADITIONAL: _traditional,
    Dirt.FULL_WIDTH: lambda said, known, a, b: any(
        "！" <= c <= "～" for c in said.name + said.code
    ),
    Dirt.ADDRESS_VARIANT: lambda said, known, a, b: (
        said.address != known.address
        and address_level(a.address, b.address) in {"same", "building", "road"}
    ),
    Dirt.NO_ADDRESS: lambda said, known, a, b: not said.address and bool(known.address),
}
