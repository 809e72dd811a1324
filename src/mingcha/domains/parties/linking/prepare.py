"""Names and addresses to pieces, a million at a time: `rules.parse_name` as expressions."""

from collections.abc import Iterable
from functools import cache

import polars as pl

from mingcha.domains.parties import rules

TEXTS = ("scheme", "code", "name", "address", "region")
USCC = "uscc"
CODE_NOISE = r"[\s\-－—.·]"


def prepare(names: pl.DataFrame) -> pl.DataFrame:
    """The frame with its pieces beside it; one row out per row in, in the same order.

    Takes `id` and any of `scheme`, `code`, `name`, `address`, `region`; adds text columns, ""
    where nothing is said: `place` (region in the name), `trade`, `industry`, `form`, `branch`,
    `core`, `canonical`, `area` (finest region known), `road`, `door`, `room`. Codes are cleaned;
    a missing scheme is "uscc".
    """
    missing = [pl.lit("").alias(c) for c in TEXTS if c not in names.columns]
    told = names.with_columns(missing).with_columns(pl.col(TEXTS).fill_null(""))
    told = told.with_columns(
        scheme=pl.when(pl.col("scheme") == "").then(pl.lit(USCC)).otherwise("scheme"),
        code=pl.col("code")
        .str.normalize("NFKC")
        .str.to_uppercase()
        .str.replace_all(CODE_NOISE, ""),
    )
    parsed = told.join(_names(told), on="name", how="left", maintain_order="left").join(
        _addresses(told), on="address", how="left", maintain_order="left"
    )
    area = _finer(_finer(pl.col("place"), pl.col("region")), pl.col("address_region"))
    return parsed.with_columns(area=area).drop("address_region")


def regions_in(addresses: pl.Series) -> pl.Series:
    """The code of the division that each address names; "" where it names none, or one of several.

    Row-aligned; null counts as not said.
    """
    told = addresses.fill_null("").alias("address").to_frame()
    found = told.join(_addresses(told), on="address", how="left", maintain_order="left")
    return found["address_region"]


def _names(told: pl.DataFrame) -> pl.DataFrame:
    """One row per distinct name, with its pieces."""
    words = rules.lexicon()
    names = told.select(pl.col("name").unique())
    folded = (
        _fold("name")
        .str.replace_all(words.remark, "")
        .str.replace_all(words.western, "有限公司")
        .str.replace_all(rules.NOT_IN_NAMES, "")
    )
    names = names.with_columns(folded=folded)
    names = names.with_columns(rest=pl.col("folded"), place=pl.lit(""))
    for _ in range(rules.REGION_STEPS):
        names = _strip_region(names)
    names = names.with_columns(
        before=pl.col("folded").str.head(
            pl.col("folded").str.len_chars() - pl.col("rest").str.len_chars()
        )
    )
    names = _strip_bracket(names).with_columns(bare=pl.col("rest"))
    names = _strip_branch(names, words)
    names = _strip_form(names, words)
    names = _strip_industry(names, words)
    trade = pl.coalesce(
        pl.when(pl.col(c) != "").then(pl.col(c)) for c in ("rest", "before", "bare")
    )
    names = names.with_columns(trade=trade.fill_null("")).with_columns(
        core=pl.concat_str("trade", "industry"),
        canonical=pl.concat_str("place", "trade", "industry", "form", "branch", separator="|"),
    )
    return names.drop("folded", "rest", "before", "bare")


def _addresses(told: pl.DataFrame) -> pl.DataFrame:
    """One row per distinct address, with its pieces."""
    words = rules.lexicon()
    rest = (
        _fold("address")
        .str.replace(rules.DOOR_FIRST, "${2}路${1}")
        .str.replace_all(rules.AFTER_NUMBER, "${1}号")
        .str.replace_all(rules.NOT_IN_NAMES, "")
        .str.replace_all("[()]", "")
    )
    places = told.select(pl.col("address").unique()).with_columns(rest=rest, place=pl.lit(""))
    for _ in range(rules.REGION_STEPS):
        places = _strip_region(places)
    said = pl.col("rest")
    for old, new in words.address.items():
        said = said.str.replace_all(old, new, literal=True)
    places = places.with_columns(rest=said)
    whole = pl.coalesce(
        pl.col("rest").str.extract(rules.ROAD, 0), pl.col("rest").str.extract(rules.BARE_ROAD, 0)
    ).fill_null("")
    road = pl.coalesce(
        pl.col("rest").str.extract(rules.ROAD, 1), pl.col("rest").str.extract(rules.BARE_ROAD, 1)
    )
    places = places.with_columns(road=road.fill_null(""), whole=whole)
    behind = pl.col("rest").str.strip_prefix(pl.col("whole")).str.replace_all(rules.FLOOR, "")
    numbers = behind.str.extract_all(rules.NUMBER)
    places = places.with_columns(numbers=numbers)
    many = pl.col("numbers").list.len() > 1
    return places.select(
        "address",
        pl.col("place").alias("address_region"),
        "road",
        door=pl.col("numbers").list.first().fill_null(""),
        room=pl.when(many).then(pl.col("numbers").list.last()).otherwise(pl.lit("")),
    )


def _fold(column: str) -> pl.Expr:
    old, new = _characters()
    return pl.col(column).str.normalize("NFKC").str.replace_many(old, new)


@cache
def _characters() -> tuple[list[str], list[str]]:
    characters = rules.lexicon().characters
    return list(characters), list(characters.values())


def _strip_region(frame: pl.DataFrame) -> pl.DataFrame:
    """Take one region name off the front of `rest`, if it lies within `place`."""
    context, rest = significant(pl.col("place")), pl.col("rest")
    found = pl.coalesce(
        pl.when(rest.str.len_chars() >= size).then(
            _look_up(context + rest.str.head(size), _regions(size)) + str(size)
        )
        for size in rules.REGION_SIZES
    )
    frame = frame.with_columns(found=found)
    code, size = pl.col("found").str.head(-1), pl.col("found").str.tail(1).cast(pl.Int64)
    known = pl.col("found").is_not_null()
    return frame.with_columns(
        place=pl.when(known & (code != "")).then(code).otherwise("place"),
        rest=pl.when(known).then(rest.str.slice(size)).otherwise("rest"),
    ).drop("found")


def _strip_bracket(frame: pl.DataFrame) -> pl.DataFrame:
    """A region in the first brackets of `rest`; all brackets go."""
    frame = frame.with_columns(bracket=pl.col("rest").str.extract(rules.BRACKETS, 1).fill_null(""))
    code = _named_region(pl.col("bracket"), pl.col("place"))
    without = pl.col("rest").str.replace(rules.BRACKETS, "")
    return frame.with_columns(
        place=pl.when(code.is_not_null()).then(_finer(pl.col("place"), code)).otherwise("place"),
        rest=pl.when(code.is_not_null())
        .then(without)
        .otherwise("rest")
        .str.replace_all("[()]", ""),
    ).drop("bracket")


def _strip_branch(frame: pl.DataFrame, words: rules.Lexicon) -> pl.DataFrame:
    """Part `rest` into the parent's name and `branch`."""
    rest, place = pl.col("rest"), pl.col("place")
    tail = rest.str.extract(words.branch, 1)
    parted = frame.with_columns(
        parent=rest.str.extract(words.parent, 1),
        head=tail,
        branch=pl.coalesce(
            rest.str.extract(words.parent, 2), rest.str.extract(words.branch, 2)
        ).fill_null(""),
    )
    head = pl.col("head")
    moved = pl.coalesce(
        pl.when(
            (head.str.len_chars() >= size + 2)
            & _named_region(head.str.tail(size), place).is_not_null()
        ).then(head.str.tail(size))
        for size in (4, 3, 2)
    ).fill_null("")
    moved = pl.when(pl.col("parent").is_null()).then(moved).otherwise(pl.lit(""))
    parted = parted.with_columns(moved=moved)
    own = pl.coalesce("parent", head.str.strip_suffix(pl.col("moved")), "rest")
    return parted.with_columns(rest=own, branch=pl.concat_str("moved", "branch")).drop(
        "parent", "head", "moved"
    )


def _strip_form(frame: pl.DataFrame, words: rules.Lexicon) -> pl.DataFrame:
    """Take the organisation form off the end of `rest`; a slip in it is forgiven."""
    frame = frame.with_columns(ending=_ending(pl.col("rest"), words.forms, keep=0))
    exact = pl.col("ending") != ""
    plain = pl.col("rest").str.replace(words.misspelt, "")
    form = pl.col("ending").replace_strict(words.forms, default=None, return_dtype=pl.String)
    slip = pl.when(plain != pl.col("rest")).then(pl.lit("有限公司")).otherwise(pl.lit(""))
    return frame.with_columns(
        form=pl.coalesce(form, slip),
        rest=pl.when(exact).then(_without_ending()).otherwise(plain),
    ).drop("ending")


def _strip_industry(frame: pl.DataFrame, words: rules.Lexicon) -> pl.DataFrame:
    """Take up to two industry words off the end of `rest`."""
    frame = frame.with_columns(industry=pl.lit(""))
    for _ in range(2):
        frame = frame.with_columns(ending=_ending(pl.col("rest"), words.industries, keep=2))
        frame = frame.with_columns(
            industry=pl.concat_str("ending", "industry"), rest=_without_ending()
        )
    return frame.drop("ending")


def _ending(text: pl.Expr, words: Iterable[str], *, keep: int) -> pl.Expr:
    """The longest ending of `text` that is one of the words, leaving `keep` characters; or ""."""
    endings = [
        (text.str.tail(size), pl.Series([word for word in words if len(word) == size]).implode())
        for size in rules.sizes(words)
    ]
    long = text.str.len_chars()
    return pl.coalesce(
        pl.when((long >= ending.str.len_chars() + keep) & ending.is_in(known)).then(ending)
        for ending, known in endings
    ).fill_null("")


def _without_ending() -> pl.Expr:
    return pl.col("rest").str.strip_suffix(pl.col("ending"))


def _named_region(name: pl.Expr, place: pl.Expr) -> pl.Expr:
    keys = (significant(place) + name, name, pl.lit("?") + name)
    return pl.coalesce(_look_up(key, _regions()) for key in keys)


def _look_up(text: pl.Expr, table: tuple[pl.Series, pl.Series]) -> pl.Expr:
    return text.replace_strict(*table, default=None, return_dtype=pl.String)


@cache
def _regions(size: int | None = None) -> tuple[pl.Series, pl.Series]:
    """Context + name, and code, for names of that many characters (or of any)."""
    told = rules.lexicon().regions
    sizes = {key: len(key.lstrip("0123456789?")) for key in told}
    keys = [key for key in told if size in (None, sizes[key])]
    return pl.Series(keys), pl.Series([told[key] for key in keys])


def significant(code: pl.Expr) -> pl.Expr:
    """The digits of a region code that say something: 310000 is 31, 320500 is 3205."""
    return (
        pl.when(code.str.ends_with("0000"))
        .then(code.str.head(2))
        .when(code.str.ends_with("00"))
        .then(code.str.head(4))
        .otherwise(code)
    )


def _finer(coarse: pl.Expr, fine: pl.Expr) -> pl.Expr:
    inside = (fine != "") & fine.str.starts_with(significant(coarse))
    return pl.when(inside).then(fine).otherwise(coarse)
