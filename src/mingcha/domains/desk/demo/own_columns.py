"""A bureau that keeps its penalties in columns of its own (ledger_of_ecology.yaml), and its mapping."""

import polars as pl

from mingcha.domains.desk.demo.world import read

TEN_THOUSAND = 4  # places the decimal point moves: 万元 → 元


class Ledger:
    """The bureau's table: its columns, and how they become the standard's."""

    def __init__(self) -> None:
        self._said = read("ledger_of_ecology.yaml")
        self.provider: str = self._said["provider"]
        self.table: str = self._said["table"]
        self.name: str = self._said["name"]
        own = self._said["columns"] | self._said["money"]
        own |= {column: said["field"] for column, said in self._said["translated"].items()}
        self.headers: dict[str, str] = {fields: column for column, fields in own.items()}

    def columns(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows as the bureau keeps them: money in 万元, words for codes, a number of its own."""
        changed = [
            in_ten_thousands(pl.col(name)).alias(name) for name in self._said["money"].values()
        ]
        for said in self._said["translated"].values():
            words = {code: word for word, code in said["values"].items()}
            changed.append(pl.col(said["field"]).replace(words))
        number = pl.int_range(1, pl.len() + 1).cast(pl.String)
        kept = rows.drop(self._said["constants"]).with_columns(changed)
        return kept.select(number.alias(self._said["dropped"][0]), *kept.columns)

    def mapping(self) -> dict[str, object]:
        """The mapping as `standards.mapping.Mapping` reads it."""
        steps: list[dict[str, object]] = [
            {"do": "rename", "source": column, "field": name}
            for column, name in self._said["columns"].items()
        ]
        steps += [
            {
                "do": "unit",
                "source": column,
                "field": name,
                "shift": TEN_THOUSAND,
                "source_unit": "万元",
                "field_unit": "元",
            }
            for column, name in self._said["money"].items()
        ]
        steps += [
            {"do": "translate", "source": column, "unlisted": "keep", **said}
            for column, said in self._said["translated"].items()
        ]
        steps += [
            {"do": "constant", "field": name, "value": value}
            for name, value in self._said["constants"].items()
        ]
        steps += [{"do": "drop", "source": column} for column in self._said["dropped"]]
        return {"table": self.table, "steps": steps}


def in_ten_thousands(amount: pl.Expr) -> pl.Expr:
    """Whole 元 as a plain decimal of 万元: 350 is 0.035."""
    padded = amount.str.zfill(TEN_THOUSAND + 1)
    fraction = padded.str.tail(TEN_THOUSAND).str.strip_chars_end("0")
    whole = padded.str.head(-TEN_THOUSAND).str.replace(r"^0+([0-9])", "$1")
    return (
        pl.when(fraction == "").then(whole).otherwise(pl.concat_str(whole, pl.lit("."), fraction))
    )
