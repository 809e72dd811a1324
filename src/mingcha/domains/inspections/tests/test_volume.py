"""Thousands of parts open in one transaction, in a time that grows with their number alone."""

import time

import pytest

from mingcha.base.ledger.models import Act
from mingcha.domains.inspections.models import Part, Place, Visit
from mingcha.domains.inspections.services.teams import Team, open_parts
from mingcha.domains.inspections.testing import Line
from mingcha.domains.parties.models import Party

SECONDS_EACH = 0.006  # a generous bound; 1.3 ms each were measured on a busy machine


@pytest.mark.slow
@pytest.mark.django_db
def test_thousands_of_parts_open_at_once(city):
    line = Line(city, parties=3400, officers=50)
    task = line.task()
    Visit.objects.bulk_create(Visit(task=task, party=party) for party in Party.objects.all())
    assignment = task.assignments.get()
    names = [one.certificate for one in line.officers]
    teams = [
        Team(visit, assignment, (names[n % 50], names[(n + 1) % 50]))
        for n, visit in enumerate(Visit.objects.select_related("party").order_by("pk"))
    ]

    begun = time.monotonic()
    open_parts(task, teams, actor=line.manager)
    taken = time.monotonic() - begun

    assert (Part.objects.count(), Place.objects.count()) == (3400, 6800)
    assert Act.objects.filter(verb="发起部门检查").count() == 3400
    assert taken < 3400 * SECONDS_EACH, f"{taken:.1f} s"
    print(f"parts: {taken:.2f} s")  # noqa: T201
