"""Subjects to parties of the register, each with its weight and its reasons."""

import polars as pl

from mingcha.domains.parties.linking.codes import is_valid, repairs
from mingcha.domains.parties.linking.compare import compare, reasons
from mingcha.domains.parties.linking.keys import keys_of
from mingcha.domains.parties.linking.prepare import USCC, prepare
from mingcha.domains.parties.rules import Weights

AGREEING = ["same_long", "same", "near_long", "near_short", "short", "part"]
SHOWN = 5  # candidates kept for the person who decides
RANK = {"code": 0, "repaired": 1, "name": 1}


def resolve(subjects: pl.DataFrame, register: pl.DataFrame, weights: Weights) -> pl.DataFrame:
    """Tie each subject to the party it means (归户); one row per subject, in their order.

    `subjects` has a unique `id`, `register` has `party_id`; both have any of `scheme`, `code`,
    `name`, `address`, `region`. Where subjects say which kinds of objects they `may_be` (a list) and
    the register has `kind`, a name never leads to another kind; a code does. The register may be cut down to the rows that share a blocking
    key with the subjects. Rows whose party has gone into another bear the other's `party_id`, and
    their own as `found_as`, which is then what is returned. Returns `id`, `party_id` (null when none), `how` (code, repaired,
    name, none), `weight` (milli-points), `doubtful`, `reasons` (JSON [[piece, weight, words]])
    and `candidates` (at most five {party_id, weight, how, reasons}, best first; for doubtful ones).

    A code that is registered decides; it is doubtful only where the record names a branch and
    the register does not (or the other way), or where name and place both contradict it. A
    wrong code counts when exactly one registered code is one slip away and the names agree: one
    trade name that only holds the other does not, where the places differ.
    Otherwise the name must reach `weights.tie` and beat every other party by `weights.margin`.
    Doubtful ties carry the best candidate and are for a person to decide. Equal weights are
    ordered by party id, so the answer does not depend on the order of rows.
    """
    left = mark(prepare(subjects))
    right = mark(prepare(register.sort(register.columns).with_row_index("id")))
    return tie(left, right, weights)


def mark(prepared: pl.DataFrame) -> pl.DataFrame:
    """Prepared rows with `valid`: a code that can be trusted to be what was meant."""
    is_uscc = pl.col("scheme") == USCC
    right = prepared.filter(is_uscc & is_valid(pl.col("code"))).select(pl.col("code").unique())
    other = ~is_uscc & (pl.col("code") != "")
    return prepared.with_columns(
        valid=other | (is_uscc & pl.col("code").is_in(right["code"].implode()))
    )


def tie(left: pl.DataFrame, right: pl.DataFrame, weights: Weights) -> pl.DataFrame:
    """`resolve` for rows that are prepared and marked; `right` keeps its `party_id`."""
    weighed = compare(_candidates(left, right, weights.crowd), left, right, weights)
    found = right["found_as" if "found_as" in right.columns else "party_id"]
    weighed = weighed.with_columns(
        party_id=right["party_id"][weighed["r"]], found=found[weighed["r"]]
    )
    ranked = (
        weighed.with_columns(rank=pl.col("how").replace_strict(RANK, return_dtype=pl.Int32))
        .sort(
            ["s", "rank", "weight", "party_id", "r"], descending=[False, False, True, False, False]
        )
        .unique(["s", "party_id"], keep="first", maintain_order=True)
    )
    best = _decide(ranked, weights)
    best = best.with_columns(reasons=reasons(best, weights))
    rows = left.select("id").with_row_index("s")
    return rows.join(best, on="s", how="left", maintain_order="left").select(
        "id",
        pl.col("found").alias("party_id"),
        pl.col("how").fill_null("none"),
        pl.col("weight").fill_null(0),
        pl.col("doubtful").fill_null(value=False),
        pl.col("reasons").fill_null("[]"),
        "candidates",
    )


def _decide(ranked: pl.DataFrame, weights: Weights) -> pl.DataFrame:
    """The best candidate of each subject and whether it is sure; hopeless ones are left out."""
    grouped = ranked.group_by("s", maintain_order=True).agg(
        pl.col("weight").slice(1).max().alias("second"),
        (pl.col("how") == "repaired").sum().alias("fits"),
    )
    best = ranked.unique("s", keep="first", maintain_order=True).join(
        grouped, on="s", maintain_order="left"
    )
    elsewhere = pl.col("is_area").str.ends_with("differ")
    names_agree = pl.col("is_trade").is_in(AGREEING) & ~((pl.col("is_trade") == "part") & elsewhere)
    places_differ = pl.col("is_area").str.ends_with("differ") | (pl.col("is_address") == "differ")
    branch_differs = pl.col("is_branch").is_in(["one", "differ"])
    contradicts = branch_differs | ((pl.col("is_trade") == "differ") & places_differ)
    alone = pl.col("second").is_null() | (pl.col("weight") >= pl.col("second") + weights.margin)
    sure = (
        pl.when(pl.col("how") == "code")
        .then(~contradicts)
        .when(pl.col("how") == "repaired")
        .then((pl.col("fits") == 1) & names_agree & ~branch_differs)
        .otherwise((pl.col("weight") >= weights.tie) & alone)
    )
    kept = best.with_columns(doubtful=~sure).filter(
        ~pl.col("doubtful") | (pl.col("weight") >= weights.doubt) | (pl.col("how") != "name")
    )
    return kept.join(_shown(ranked, kept, weights), on="s", how="left", maintain_order="left")


def _shown(ranked: pl.DataFrame, kept: pl.DataFrame, weights: Weights) -> pl.DataFrame:
    """(s, candidates) for the doubtful: the likeliest with their reasons, the hopeless left out."""
    doubtful = kept.filter("doubtful")["s"].implode()
    likely = (pl.col("weight") >= weights.doubt) | (pl.col("how") != "name")
    some = ranked.filter(pl.col("s").is_in(doubtful) & likely)
    some = some.group_by("s", maintain_order=True).head(SHOWN)
    some = some.with_columns(reasons=reasons(some, weights))
    told = pl.struct(pl.col("found").alias("party_id"), "weight", "how", "reasons")
    return some.group_by("s", maintain_order=True).agg(candidates=told)


def _candidates(left: pl.DataFrame, right: pl.DataFrame, crowd: int) -> pl.DataFrame:
    """(s, r, how) row numbers worth comparing; by code first, a pair only once."""
    subjects, rows = _numbered(left, "s"), _numbered(right, "r")
    at = ["scheme", "code"]
    coded = rows.filter(pl.col("code") != "").select("r", *at)
    by_code = subjects.filter(pl.col("code") != "").select("s", *at).join(coded, on=at)
    wrong = subjects.filter((pl.col("scheme") == USCC) & ~pl.col("valid") & (pl.col("code") != ""))
    fixed = repairs(wrong.select("code", id="s")).with_columns(scheme=pl.lit(USCC))
    by_repair = fixed.rename({"id": "s"}).join(coded, on=at)
    undecided = left.with_columns(id=subjects["s"]).filter(
        ~subjects["s"].is_in(by_code["s"].implode())
    )
    by_name = _of_its_kind(sharing(undecided, right.with_columns(id=rows["r"]), crowd), left, right)
    found = [
        frame.select("s", "r", how=pl.lit(how))
        for frame, how in ((by_code, "code"), (by_repair, "repaired"), (by_name, "name"))
    ]
    return pl.concat(found).unique(["s", "r"], keep="first", maintain_order=True)


def _of_its_kind(pairs: pl.DataFrame, left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Pairs whose party is of a kind that the subject may be, or of which the kind is not known."""
    if "may_be" not in left.columns or "kind" not in right.columns:
        return pairs
    told = pairs.with_columns(may_be=left["may_be"][pairs["s"]], kind=right["kind"][pairs["r"]])
    unknown = pl.col("kind").is_null() | pl.col("may_be").is_null()
    fits = pl.col("kind").is_in(pl.col("may_be")) | unknown
    return told.filter(fits).select("s", "r")


def _numbered(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    return frame.drop("id").with_row_index(name)


def sharing(left: pl.DataFrame, right: pl.DataFrame, crowd: int) -> pl.DataFrame:
    """(s, r) ids of rows that share a key of name or place which at most `crowd` rows have."""
    ours, theirs = _hashed(left), _hashed(right)
    theirs = theirs.join(ours.select("key").unique(), on="key", how="semi")
    theirs = theirs.filter(pl.len().over("key") <= crowd)
    return ours.join(theirs, on="key").select(s="id", r="id_right").unique(maintain_order=True)


def _hashed(frame: pl.DataFrame) -> pl.DataFrame:
    keys = keys_of(frame, registered=True).filter(~pl.col("key").str.starts_with("c:"))
    return keys.select("id", pl.col("key").hash())
