"""Which records bear a party's code, but a name and a place that are not the party's."""

import polars as pl

from mingcha.domains.parties.linking.compare import compare, reasons
from mingcha.domains.parties.linking.prepare import prepare
from mingcha.domains.parties.rules import Weights

SAME_CODE = "code"


def contradicting(said: pl.DataFrame, names: pl.DataFrame, weights: Weights) -> pl.DataFrame:
    """(id, weight, reasons) of the rows that no name of their party agrees with.

    `said` has a unique `id`, `party_id` and what a record says: name, address, region; `names` the
    names of each party, one per row, with address and region. It contradicts when one is a branch
    and the other is not, or when trade name and place both differ; the most favourable name counts.
    """
    left = _coded(said)
    right = _coded(names.sort(names.columns).with_row_index("id"))
    numbered = left.select("party_id").with_row_index("s")
    theirs = right.select("party_id").with_row_index("r")
    pairs = numbered.join(theirs, on="party_id").select("s", "r", how=pl.lit(SAME_CODE))
    weighed = compare(pairs, left, right, weights)
    differ = pl.col("is_area").str.ends_with("differ") | (pl.col("is_address") == "differ")
    branch = pl.col("is_branch").is_in(["one", "differ"])
    against = branch | ((pl.col("is_trade") == "differ") & differ)
    told = weighed.with_columns(against=against, reasons=reasons(weighed, weights))
    best = told.sort(["s", "against", "weight", "r"], descending=[False, False, True, False])
    best = best.unique("s", keep="first", maintain_order=True).filter("against")
    return best.select(id=left["id"].gather(best["s"]), weight="weight", reasons="reasons")


def _coded(rows: pl.DataFrame) -> pl.DataFrame:
    """Prepared rows that all bear their party's code."""
    code = pl.format("party:{}", "party_id")
    return prepare(rows.with_columns(code=code, scheme=pl.lit("party"))).with_columns(
        valid=pl.lit(value=True)
    )
