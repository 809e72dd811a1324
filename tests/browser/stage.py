"""Behind the scenes of the browser tests.

A program of its own, speaking as the application. `python -m tests.browser.stage ACT …` does one of

- `city`: people of every role, and what rows are checked against. Every role's person signs in
  with its key (clerk, head, …) and the password of base/people/testing.
- `idle SESSION`: a session has not been used for a day.
- `come DRAW`: the hour of a draw's sources has come.

or several of these one after the other, and says together what they are called:

- `links`: doubtful ties, a conflict, a decision, a sample, an officer, quality (linked.py).
- `draw`: a draw of everybody's to see, held, with its results published.
- `work`: something at every step of a random inspection (inspecting.py).
- `ground`: what a task rests on, and nothing more (inspecting.py).
- `book`: a draft, versions that have not begun, an exception and an objection to it.
"""

import json
import sys
import time
from datetime import timedelta

import django

django.setup()

# These need the line above.
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import transaction  # noqa: E402
from tests.browser import inspecting  # noqa: E402
from tests.browser.linked import links_and_more  # noqa: E402

from mingcha.base.days import local_today  # noqa: E402
from mingcha.base.ledger.services import act  # noqa: E402
from mingcha.base.people.contents import of_organisation  # noqa: E402
from mingcha.base.people.models import Account, Organisation  # noqa: E402
from mingcha.base.people.queries import account_called  # noqa: E402
from mingcha.base.people.sessions import SEEN  # noqa: E402
from mingcha.base.people.testing import City, make_account  # noqa: E402
from mingcha.domains.catalog import services as catalog  # noqa: E402
from mingcha.domains.catalog.queries import exceptions, objections  # noqa: E402
from mingcha.domains.catalog.services import objections as objecting  # noqa: E402
from mingcha.domains.catalog.testing import put_checklist, put_item  # noqa: E402
from mingcha.domains.inspections.models import (  # noqa: E402
    Correction,
    Draw,
    Part,
    PublicityFile,
    RandomItem,
)
from mingcha.domains.inspections.services import (  # noqa: E402
    drawing,
    followups,
    publicity,
    publishing,
    simulating,
    statistics,
)
from mingcha.domains.inspections.services.bundling import publish_draw  # noqa: E402
from mingcha.domains.inspections.tests.shown import Shown  # noqa: E402
from mingcha.domains.records.testing import BODY, make_catalogue  # noqa: E402

WHOLE = {"data-bureau", "inspector-of-inspectors", "security-admin", "auditor"}
DAY_SECONDS = 24 * 3600


def city() -> None:
    """A city with one person per role."""
    made = City()
    make_catalogue()
    # Whose checklists the catalogue holds: a body finds its own.
    made.market.uscc = BODY
    with transaction.atomic():
        made.market.save(update_fields=["uscc"])
        act(None, "变更机构", made.market, content=of_organisation(made.market))
    for role in made.roles():
        body = made.bureau if role.key in WHOLE else made.market
        scope = made.government if role.key in WHOLE else body
        if role.key == "system-admin":
            body = scope = made.operator
        make_account(
            role.key, organisation=body, scope=scope, login=role.key, real_name=f"演示{role.label}"
        )


def idle(key: str) -> None:
    """Let a day go by for a session."""
    session = SessionStore(key)
    session[SEEN] = int(time.time()) - DAY_SECONDS
    session.save()


def book() -> dict[str, str]:
    """What people have done to the book, for the pages that show it."""
    drafter, chief = account_called("catalog-manager"), account_called("data-bureau")
    body, today = drafter.organisation, local_today()
    item, later = "01310000000050", str(today + timedelta(days=30))
    checklist = f"{BODY}4{item}001"
    for since in ("2025-01-01", later):
        name = f"对演示事项的检查（{since}）"
        version = put_item(item, owner=body, item_name=name, effective_from=since)
        put_checklist(checklist, item, body=BODY, owner=body, effective_from=since)
    draft = catalog.begin_revision(version.item, actor=drafter)
    asked = catalog.exceptions.Asked(
        "01310000000099", "演示新业态的检查", body, today, today + timedelta(days=30), "专项整治"
    )
    excepted = catalog.exceptions.ask(asked, actor=drafter)
    catalog.exceptions.allow(excepted, reason="同意", actor=chief)
    one = exceptions.published().get(case=excepted)
    who = objecting.Who(objecting.Objector.PERSON, "演示王先生", "000-0000-0000")
    said = objecting.Said(who, "演示检查", "不应依这项例外检查。" * 20)
    filed = objecting.file(one, said)
    assert objections.objection_of(filed.case).exception == one
    numbers = {"change": draft.number, "exception": excepted.number, "objection": filed.case.number}
    return numbers | {"coming": item, "coming_list": checklist}


def draw() -> dict[str, str]:
    """A draw whose results are published, and all the figures that follow from it."""
    if not Draw.objects.filter(draw_id="SJ-2026-0001").exists():
        shown = Shown(Known())
        held = shown.draw("SJ-2026-0001")
        mended, failed = held.units.filter(is_reserve=False)[:2]
        shown.review(held.task, {mended.key: "E", failed.key: "A"}, days=30)
        part = Part.objects.select_related("case__unit", "visit__party").get(result="A")
        followups.open_for(part, actor=account_called("head"))
        publishing.publish_due(on=local_today())
        simulating.simulate(held, seconds=60, seeds=20)
        statistics.count_year(held.drawn_at.year)
        shown.draw("SJ-2026-0002", level="keyed", is_held=False)
        gone = shown.draw("SJ-2026-0003", is_held=False)
        drawing.cancel(gone, because="名录库有误", actor=account_called("plan-manager"))
        publish_draw(gone)
        wanted = publicity.Wanted("check_publicity", "gsxt", local_today(), local_today())
        publicity.make_file(wanted, body=shown.body, actor=None)
    held = Draw.objects.get(draw_id="SJ-2026-0001")
    return {
        "draw": held.draw_id, "keyed_draw": "SJ-2026-0002", "cancelled_draw": "SJ-2026-0003",
        "publicity": str(PublicityFile.objects.get().pk),
        "drawn_code": held.units.filter(is_reserve=False)[0].key,
        "random_item": RandomItem.objects.get(versions__name="食品经营者监督检查").public_id,
        "plan_number": held.task.line.plan.case.number, "task_number": held.task.case.number,
        "result_number": Part.objects.filter(visit__task=held.task)[0].case.number,
        "order": Correction.objects.get(part__visit__task=held.task).case.number,
    }  # fmt: skip


def ground() -> dict[str, str]:
    """What a task rests on, as the pages call it."""
    made = inspecting.Ground()
    return {
        "plan": str(made.batch), "objects": str(made.objects), "officers": str(made.officers),
        "item": made.item.name, "body": made.market.name, "skill": inspecting.SKILL,
    }  # fmt: skip


class Known:
    """The bodies and people of the city that `city` made, as Shown asks for them."""

    def __init__(self) -> None:
        bodies = {one.code: one for one in Organisation.objects.all()}
        self.government, self.market, self.fire = bodies["gov"], bodies["market"], bodies["fire"]

    def person(self, role: str) -> Account:
        """Who has a role."""
        return account_called(role)


DONE = {"city": city, "idle": idle, "come": inspecting.come}
TOLD = {
    "book": book, "links": links_and_more, "draw": draw, "work": inspecting.at_work, "ground": ground,
}  # fmt: skip

if __name__ == "__main__":
    first, *rest = sys.argv[1:]
    if first in DONE:
        DONE[first](*rest)
    else:
        numbers: dict[str, str] = {}
        for name in (first, *rest):
            numbers |= TOLD[name]()
        print(json.dumps(numbers))  # noqa: T201  # the answer
