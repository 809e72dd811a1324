"""Ways of writing that mean the same (dirt.yaml): nothing of this may be refused or lost."""

from collections.abc import Callable, Iterator

import polars as pl

from mingcha.domains.desk.demo.dice import Dice
from mingcha.domains.desk.demo.world import Settings, World
from mingcha.standards.loader import Catalogue
from mingcha.standards.model import FieldSpec, FieldType, Table

WIDE = {str(digit): chr(0xFF10 + digit) for digit in range(10)}
CODES = {FieldType.USCC, FieldType.USCC_OR_ID}
LIST_MARKS = (",", "，", ";", " ")  # a blank between names only: "2 3" could be one value
Change = Callable[[pl.Series], pl.Series]


def rewrite(
    world: World, table: Table, rows: pl.DataFrame, catalogue: Catalogue, part: str
) -> pl.DataFrame:
    """The rows with some cells written otherwise; columns that begin with "_" stay."""
    dice, shares = Dice(world.scale.seed, "writing", table.name, part), world.dirt["writing"]
    columns = []
    for name in rows.columns:
        if name.startswith(("_", "cd_")):
            columns.append(rows[name])
            continue
        spec = table.fields[name]
        cells = rows[name].cast(pl.String)
        for kind, change in _changes(spec, dice, catalogue):
            cells = _some(cells, change, shares[kind], dice)
        columns.append(_nothing(cells, spec, dice, world.dirt).alias(name))
    return pl.DataFrame(columns)


def _nothing(cells: pl.Series, spec: FieldSpec, dice: Dice, dirt: Settings) -> pl.Series:
    """Empty cells of optional fields as people fill them."""
    if spec.required or not cells.null_count():
        return cells
    at = cells.is_null().arg_true().to_numpy()
    at = at[dice.under(dirt["writing"]["null_tokens"], len(at))]
    return cells.clone().scatter(at, dice.one_of(dirt["null_tokens"], len(at)))


def _some(cells: pl.Series, change: Change, share: float, dice: Dice) -> pl.Series:
    """The cells with a share of them changed."""
    at = dice.under(share, len(cells)).nonzero()[0]
    return cells.clone().scatter(at, change(cells.gather(at))) if len(at) else cells


def _changes(spec: FieldSpec, dice: Dice, catalogue: Catalogue) -> Iterator[tuple[str, Change]]:
    """What may happen to a cell of this type; spaces and wide digits last, they fit on anything."""
    if spec.type is FieldType.DATE:
        yield "dates", lambda cells: _date(cells, dice)
    if spec.type is FieldType.CODE and spec.codes is not None:
        codes = catalogue.code_table(spec.codes)
        plain = {
            code: label for code, label in codes.labels.items() if codes.writings.get(label) == code
        }
        yield "labels", lambda cells: cells.replace(plain)
    if spec.type in CODES:
        yield "lower_case", lambda cells: cells.str.to_lowercase()
    if spec.type is FieldType.LIST:
        marks = LIST_MARKS if spec.codes is None else LIST_MARKS[:-1]
        mark = marks[int(dice.below(len(marks), 1)[0])]
        yield "list_marks", lambda cells: cells.str.replace_all("、", mark)
    if spec.type is FieldType.NUMBER:
        yield "thousands", lambda cells: cells.str.replace(r"^([0-9]{1,3})([0-9]{3})$", "$1,$2")
    yield "wide_digits", lambda cells: cells.str.replace_many(list(WIDE), list(WIDE.values()))
    yield "spaces", lambda cells: " " + cells + "  "


def _date(cells: pl.Series, dice: Dice) -> pl.Series:
    """Dates in one of the ways people write them; what is no ISO date stays."""
    how = dice.below(5, len(cells))
    parts = cells.str.extract_groups(r"^([0-9]{4})-0?([0-9]+)-0?([0-9]+)$").struct.unnest()
    year, month, day = (parts.get_column(name) for name in parts.columns)
    ways = (
        year + "/" + month + "/" + day,
        year + "." + month + "." + day,
        year + "年" + month + "月" + day + "日",
        cells.str.replace_all("-", ""),
        cells + " 09:30:00",
    )
    written = cells
    for place, way in enumerate(ways):
        written = way.zip_with(pl.Series(how == place) & way.is_not_null(), written)
    return written
