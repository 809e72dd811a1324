"""Draw a sample of ties with a stated seed, and label it (关联质量样本)."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from mingcha.base.days import utc_now
from mingcha.base.jobs import defer
from mingcha.base.ledger import services as ledger
from mingcha.base.ledger.canonical import Json, digest_of
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import require
from mingcha.domains.parties.queries import Party
from mingcha.domains.parties.rules import standard_weights
from mingcha.domains.parties.rules.dirt import Written, kinds_of
from mingcha.domains.records.errors import LabelRefused
from mingcha.domains.records.models import Sample, SamplePair, Tie, Verdict
from mingcha.domains.records.queries import naming

LINK = "records.link"
RECORD = "records.sample"
MOST = 500  # pairs of a stratum
BAND = 1000  # thousandths

# Every subject of some providers once, with its first finding: what the machine did with it.
STRATIFIED = """
    WITH firsts AS (
        SELECT DISTINCT ON (t.subject_id) t.id, t.how, t.weight, t.is_doubtful
        FROM records_tie t
        WHERE t.decision_id IS NULL AND t.fact_id IS NULL AND t.rank <= 1
          AND EXISTS (SELECT FROM records_fact f WHERE f.subject_id = t.subject_id
                      AND f.provider_id = ANY(%(providers)s))
        ORDER BY t.subject_id, t.writing_id DESC, t.rank DESC),
    stratified AS (
        SELECT id, CASE
            WHEN is_doubtful THEN 'doubt:' || least(greatest(weight, 0) / %(band)s, 9)
            WHEN how IN ('code', 'register') THEN 'code'
            WHEN how = 'name' THEN 'name:' || least(weight / %(band)s, 9)
            ELSE how END AS stratum
        FROM firsts),
    placed AS (
        SELECT id, stratum, count(*) OVER (PARTITION BY stratum) AS size,
               row_number() OVER (PARTITION BY stratum
                   ORDER BY sha256(convert_to(%(seed)s || '|' || id, 'UTF8'))) AS place
        FROM stratified)
    SELECT id, stratum, size FROM placed WHERE place <= %(most)s
    ORDER BY sha256(convert_to(%(seed)s || '|order|' || id, 'UTF8'))
"""
LABELS = {
    "code": "按代码或登记关联",
    "repaired": "按误写的代码关联",
    "own": "另立为未登记对象",
}


@transaction.atomic
def order_sample(
    scope: Organisation, per_stratum: int, *, actor: Account, seed: str = ""
) -> Sample:
    """Have a sample drawn over the records of a body and those below it (抽取关联样本). Leaves one act.

    Without a seed one is made up and stated. The job draws at once. Raises NotAllowed.
    """
    require(actor, LINK, scope)
    sample = Sample.objects.create(
        seed=seed.strip()[:64] or secrets.token_hex(8), weights=standard_weights().version,
        per_stratum=min(max(per_stratum, 1), MOST), scope=scope, drawn_by=actor, drawn_at=utc_now(),
    )  # fmt: skip
    ledger.act(actor, "抽取关联样本", (RECORD, str(sample.pk)), content=content_of(sample))
    defer("records.draw_sample", sample=sample.pk)
    return sample


@transaction.atomic
def draw(number: int) -> None:
    """Draw the pairs of a sample that was ordered; once drawn it stays as it is."""
    sample = Sample.objects.select_for_update().select_related("scope").get(pk=number)
    if sample.strata is not None:
        return
    within = Organisation.objects.filter(path__startswith=sample.scope.path)
    asked: dict[str, Any] = {
        "providers": list(within.values_list("pk", flat=True)), "band": BAND,
        "seed": sample.seed, "most": sample.per_stratum,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(STRATIFIED, asked)
        rows = cursor.fetchall()
    _keep(sample, rows)


def _keep(sample: Sample, rows: Sequence[tuple[int, str, int]]) -> None:
    ties = Tie.objects.select_related("subject", "party").in_bulk([tie for tie, _, _ in rows])
    SamplePair.objects.bulk_create(
        SamplePair(
            sample=sample, tie=ties[tie], stratum=stratum, place=place, kinds=_kinds(ties[tie])
        )
        for place, (tie, stratum, _) in enumerate(rows, start=1)
    )
    sizes = {stratum: size for _, stratum, size in rows}
    drawn = [stratum for _, stratum, _ in rows]
    sample.strata = [
        {"key": key, "label": label_of(key), "size": sizes[key], "drawn": drawn.count(key)}
        for key in sorted(sizes)
    ]
    sample.save(update_fields=["strata"])
    ledger.act(None, "抽出关联样本", (RECORD, str(sample.pk)), content=content_of(sample))


def label_of(stratum: str) -> str:
    """A stratum in words."""
    kind, _, band = stratum.partition(":")
    if not band:
        return LABELS.get(kind, kind)
    low = int(band) * BAND
    span = f"{low:,} 千分以上" if band == "9" else f"{low:,}–{low + BAND - 1:,} 千分"
    return f"{'存疑' if kind == 'doubt' else '按名称地址关联'}，{span}"


def _kinds(tie: Tie) -> list[str]:
    """The kinds of dirt in what the record says, held against the party of the pair."""
    if tie.how == "own":
        return []
    subject, party = tie.subject, tie.party
    code = "" if naming.is_codeless(subject.scheme) else subject.value
    said = Written(subject.name, subject.address, subject.region, code)
    known = Written(party.name, party.address, party.region, party.code)
    return [kind.value for kind in kinds_of(said, known)]


@transaction.atomic
def label(
    pair: SamplePair, verdict: Verdict, *, meant: Party | None = None, actor: Account
) -> SamplePair:
    """Say whether a record means the party of its pair (标注), or which registered party it means.

    Labels may be changed. Leaves one act. Raises NotAllowed or LabelRefused.
    """
    locked = (
        SamplePair.objects.select_for_update()
        .select_related("sample__scope", "tie")
        .get(pk=pair.pk)
    )
    require(actor, LINK, locked.sample.scope)
    if meant is not None and (verdict != Verdict.OTHER or meant.pk == locked.tie.party_id):
        raise LabelRefused(why="只有标注“不是”时才能写本应归入的另一对象")
    if meant is not None and not meant.is_registered:
        raise LabelRefused(why="本应归入的对象须是已登记的")
    locked.verdict, locked.meant = verdict, meant
    locked.labelled_by, locked.labelled_at = actor, utc_now()
    locked.save(update_fields=["verdict", "meant", "labelled_by", "labelled_at"])
    ledger.act(
        actor, "标注样本", (RECORD, str(locked.sample_id)), content=content_of(locked.sample)
    )
    return locked


def content_of(sample: Sample) -> Mapping[str, Json]:
    """What an act says a sample is: how it was drawn, and its labels."""
    pairs = SamplePair.objects.filter(sample=sample).order_by("place")
    rows = pairs.values_list("tie", "stratum", "verdict", "meant", "labelled_by")
    return {
        "seed": sample.seed,
        "weights": sample.weights,
        "per_stratum": sample.per_stratum,
        "scope": sample.scope.code,
        "strata": sample.strata or [],
        "pairs": [
            [tie, stratum, verdict, meant or 0, by or 0]
            for tie, stratum, verdict, meant, by in rows
        ],
    }


def digests() -> Iterator[tuple[str, bytes]]:
    """Every sample, for `verify`."""
    for sample in Sample.objects.select_related("scope").order_by("pk"):
        yield str(sample.pk), digest_of(content_of(sample))
