"""What the services of inspections share: their acts on records that are no cases."""

from mingcha.base.ledger import services as ledger
from mingcha.base.people.models import Account
from mingcha.domains.inspections.models import Avoidance, Draw, RandomItem, Register
from mingcha.domains.inspections.queries import contents


def act_on_item(item: RandomItem, verb: str, actor: Account | None) -> None:
    """Leave an act on an item with all its versions."""
    record = ("inspections.item", item.public_id)
    ledger.act(actor, verb, record, content=contents.item_content(item))


def act_on_register(register: Register, verb: str, actor: Account | None) -> None:
    """Leave an act on a register with all its versions."""
    record = ("inspections.register", register.public_id)
    ledger.act(actor, verb, record, content=contents.register_content(register))


def act_on_draw(draw: Draw, verb: str, actor: Account | None, *, seal_now: bool = False) -> None:
    """Leave an act on a draw."""
    content = contents.draw_content(draw)
    ledger.act(actor, verb, ("inspections.draw", draw.draw_id), content=content, seal_now=seal_now)


def act_on_avoidance(avoidance: Avoidance, verb: str, actor: Account | None) -> None:
    """Leave an act on an avoidance."""
    record = ("inspections.avoidance", str(avoidance.pk))
    ledger.act(actor, verb, record, content=contents.avoidance_content(avoidance))
