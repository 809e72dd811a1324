"""The records of one file, grouped by the entity they mean (查重)."""

import polars as pl

from mingcha.domains.parties.linking.compare import compare
from mingcha.domains.parties.linking.prepare import TEXTS, prepare
from mingcha.domains.parties.linking.ties import mark, sharing, tie
from mingcha.domains.parties.rules import Weights


def link(records: pl.DataFrame, weights: Weights) -> pl.DataFrame:
    """(id, cluster) for each record, in their order; `cluster` is the first record's id in it.

    Records with the same right code are one entity, with different right codes never. The rest
    is tied to these as subjects to a register; what is left is compared with itself and grouped
    around leaders, so that a chain of small likenesses joins nothing that is not alike.
    """
    texts = [text for text in TEXTS if text in records.columns]
    distinct = records.select(texts).unique(maintain_order=True).with_row_index("node")
    nodes = mark(prepare(distinct.rename({"node": "id"})))
    coded, loose = nodes.filter("valid"), nodes.filter(~pl.col("valid"))
    coded = coded.with_columns(party_id=pl.concat_str("scheme", "code", separator=":"))
    ties = tie(loose, coded, weights).filter(~pl.col("doubtful") & pl.col("party_id").is_not_null())
    left_over = loose.join(ties, on="id", how="anti", maintain_order="left")
    tied = [frame.select("id", group="party_id") for frame in (coded, ties)]
    groups = pl.concat([*tied, _stars(left_over, weights)]).rename({"id": "node"})
    told = records.join(distinct, on=texts, how="left", nulls_equal=True, maintain_order="left")
    told = told.join(groups, on="node", how="left", maintain_order="left")
    return told.select("id", cluster=pl.col("id").first().over("group"))


def _stars(loose: pl.DataFrame, weights: Weights) -> pl.DataFrame:
    """(id, group) of rows without a party: around each leader those directly tied to it.

    A leader weighs more (the sum of its ties) than all its neighbours; the rest of the rows,
    each with its heaviest leader, leave the graph, and what remains chooses leaders again.
    """
    rows = loose.drop("id").with_row_index("id")
    pairs = sharing(rows, rows, weights.crowd).filter(pl.col("s") < pl.col("r"))
    weighed = compare(pairs.with_columns(how=pl.lit("name")), loose, loose, weights)
    ties = weighed.filter(pl.col("weight") >= weights.tie).select("s", "r", "weight")
    ties = pl.concat([ties, ties.select(s="r", r="s", weight="weight")])
    groups = []
    while ties.height:
        stars = _leaders_and_followers(ties)
        groups.append(stars)
        gone = stars["s"].implode()
        ties = ties.filter(~pl.col("s").is_in(gone) & ~pl.col("r").is_in(gone))
    alone = rows.select(s="id", leader="id")
    found = pl.concat([*groups, alone]).unique("s", keep="first", maintain_order=True)
    return found.select(
        id=loose["id"].gather(found["s"]),
        group=pl.format("-:{}", loose["id"].gather(found["leader"])),
    )


def _leaders_and_followers(ties: pl.DataFrame) -> pl.DataFrame:
    """(s, leader): the locally heaviest rows, and their neighbours with their best leader."""
    sums = ties.group_by("s").agg(pl.col("weight").cast(pl.Int64).sum().alias("sum"))
    ranked = sums.sort(["sum", "s"], descending=[True, False]).with_row_index("rank")
    ranks = ties.join(ranked.select("s", "rank"), on="s").join(
        ranked.select(r="s", rank_r="rank"), on="r"
    )
    leaders = ranks.group_by("s").agg((pl.col("rank") < pl.col("rank_r")).all().alias("leads"))
    leaders = leaders.filter("leads").select("s", leader="s")
    followers = (
        ties.join(leaders.select(r="s", leader="leader"), on="r")
        .sort(["s", "weight", "leader"], descending=[False, True, False])
        .unique("s", keep="first", maintain_order=True)
        .select("s", "leader")
    )
    return pl.concat([leaders.sort("s"), followers])
