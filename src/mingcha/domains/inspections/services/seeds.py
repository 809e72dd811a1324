"""The seed: values of public sources by two persons, and the parties' numbers (随机种子)."""

from django.db import transaction

from mingcha.base.days import second_text, utc_now
from mingcha.base.jobs import defer
from mingcha.base.ledger.hashing import HASHINGS
from mingcha.base.people.models import Account
from mingcha.base.people.queries import require
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.models import Draw, Pledge, SeedValue
from mingcha.domains.inspections.queries import seeding
from mingcha.domains.inspections.queries.frozen import commitment_of
from mingcha.domains.inspections.rules import seeds
from mingcha.domains.inspections.rules.seeds import Source
from mingcha.domains.inspections.services.common import act_on_draw
from mingcha.domains.inspections.services.frames import ALG
from mingcha.domains.inspections.states import DRAW


@transaction.atomic
def enter_value(
    draw: Draw, source: str, value: str, *, is_fallback: bool = False, seen_at: str = "",
    actor: Account,
) -> SeedValue:  # fmt: skip
    """Enter what a source gave (录入来源取值); it counts once another person has confirmed it. Of a
    cancelled draw too: its list is then published as it would have been.

    Leaves one act. Raises NotAllowed, DrawnAlready, DrawCancelled (its list can never be told),
    TooEarly, BadSeedValue or ValueConfirmed.
    """
    draw = locked(draw, actor, is_held=False)
    named = source_of(draw, source)
    at = named.fallback_at if is_fallback else named.at
    if utc_now() < at:
        occasion = named.fallback if is_fallback else named.occasion
        label, _ = seeding.labels(draw).get(source, (source, ""))
        raise errors.TooEarly(what=f"“{label}”第 {occasion} 场的取值", at=second_text(at))
    value = " ".join(value.split())
    if not seeds.fits(named.pattern, value):
        raise errors.BadSeedValue(source=source, value=value, pattern=named.pattern)
    standing = draw.values.filter(source=source, refused_at__isnull=True).first()
    if standing is not None:
        if standing.confirmed_at is not None:
            raise errors.ValueConfirmed(source=source)
        standing.refused_at = utc_now()
        standing.save(update_fields=["refused_at"])
    made = SeedValue.objects.create(
        draw=draw, source=source, value=value, is_fallback=is_fallback, seen_at=seen_at,
        entered_by=actor,
    )  # fmt: skip
    act_on_draw(draw, "录入来源取值", actor)
    return made


@transaction.atomic
def confirm_value(draw: Draw, source: str, value: str, *, actor: Account) -> SeedValue:
    """Confirm a value as read at the source by a second person (核对来源取值).

    What differs from the value entered refuses that one, and it is entered anew. Leaves one act.
    Raises NotAllowed, NotTheSamePerson, SeedNotReady or ValueConfirmed.
    """
    draw = locked(draw, actor, is_held=False)
    source_of(draw, source)
    found = draw.values.filter(source=source, refused_at__isnull=True).first()
    if found is None:
        raise errors.SeedNotReady(problem=f"来源“{source}”还没有录入取值")
    if found.confirmed_at is not None:
        raise errors.ValueConfirmed(source=source)
    if found.entered_by_id == actor.pk:
        raise errors.NotTheSamePerson(source=source)
    if " ".join(value.split()) != found.value:
        found.refused_at = utc_now()
        found.save(update_fields=["refused_at"])
        act_on_draw(draw, "核对不符", actor)
        return found
    found.confirmed_by, found.confirmed_at = actor, utc_now()
    found.save(update_fields=["confirmed_by", "confirmed_at"])
    act_on_draw(draw, "核对来源取值", actor)
    if draw.cancelled_at is not None:
        publish_later(draw)
    return found


@transaction.atomic
def reveal(draw: Draw, party: str, nonce: str, *, actor: Account) -> Pledge:
    """Reveal the number of a party (公开随机数), which must be the one it committed to.

    Leaves one act. Raises NotAllowed, TooLate, NonceMismatch or BadField.
    """
    draw = locked(draw, actor)
    pledge = Pledge.objects.select_for_update().filter(task=draw.task_id, party=party).first()
    if pledge is None:
        raise errors.UnknownName(where="随机种子", what="提供方", key=party)
    due = commitment_of(draw).reveal_by
    if utc_now() >= due:
        raise errors.TooLate(party=party, at=second_text(due))
    nonce = nonce.strip().lower()
    if seeds.nonce_commitment(HASHINGS[ALG], draw.draw_id, party, nonce) != pledge.commitment:
        raise errors.NonceMismatch(party=party)
    pledge.nonce, pledge.revealed_at, pledge.revealed_by = nonce, utc_now(), actor
    pledge.save(update_fields=["nonce", "revealed_at", "revealed_by"])
    act_on_draw(draw, "公开随机数", actor)
    return pledge


def publish_later(draw: Draw) -> None:
    """Have what the public sees of a cancelled draw made, once this is committed."""
    defer("inspections.publish_draw", lock=f"publish/{draw.pk}", draw=draw.pk)


def locked(draw: Draw, actor: Account, *, is_held: bool = True) -> Draw:
    """A draw that is still to be held, locked; or, for its values alone, one that was cancelled and
    whose list can be told. Raises NotAllowed, DrawnAlready or DrawCancelled.
    """
    rows = Draw.objects.select_for_update(of=("self",)).select_related("task__body", "task__case")
    found = rows.get(pk=draw.pk)
    require(actor, DRAW, found.task.body)
    if is_held or found.cancelled_at is None or not seeding.may_take_values(found):
        refuse_over(found)
    return found


def refuse_over(draw: Draw) -> None:
    """Raises DrawnAlready or DrawCancelled."""
    if draw.drawn_at is not None:
        raise errors.DrawnAlready(draw_id=draw.draw_id, at=second_text(draw.drawn_at))
    if draw.cancelled_at is not None:
        raise errors.DrawCancelled(
            draw_id=draw.draw_id, at=second_text(draw.cancelled_at), because=draw.cancelled_because
        )


def source_of(draw: Draw, source: str) -> Source:
    """A source that the commitment names. Raises UnknownName."""
    found = next((one for one in seeding.sources(draw) if one.id == source), None)
    if found is None:
        raise errors.UnknownName(where="随机种子", what="来源", key=source)
    return found
