"""Behind the scenes of the browser tests.

A program of its own (`python -m tests.browser.stage ACT …`), speaking as the application:

- `city`: people of every role, and what rows are checked against. Every role's person signs in
  with its key (clerk, head, …) and the password of base/people/testing.
- `idle SESSION`: a session has not been used for a day.
"""

import sys
import time

import django

django.setup()

# These need the line above.
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import transaction  # noqa: E402

from mingcha.base.ledger.services import act  # noqa: E402
from mingcha.base.people.contents import of_organisation  # noqa: E402
from mingcha.base.people.sessions import SEEN  # noqa: E402
from mingcha.base.people.testing import City, make_account  # noqa: E402
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


ACTS = {"city": city, "idle": idle}

if __name__ == "__main__":
    ACTS[sys.argv[1]](*sys.argv[2:])
