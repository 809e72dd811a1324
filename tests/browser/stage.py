"""Prepare the platform for the browser: people of every role, and what rows are checked against.

A program of its own (`python -m tests.browser.stage`), speaking as the application. Every role's
person signs in with its key (clerk, head, …) and the password of base/people/testing.
"""

import django

django.setup()

from mingcha.base.people.testing import City, make_account  # noqa: E402  # needs the line above
from mingcha.domains.records.testing import make_catalogue  # noqa: E402

WHOLE = {"data-bureau", "inspector-of-inspectors", "security-admin", "auditor"}


def main() -> None:
    """A city with one person per role."""
    city = City()
    make_catalogue()
    for role in city.roles():
        body = city.bureau if role.key in WHOLE else city.market
        scope = city.government if role.key in WHOLE else body
        if role.key == "system-admin":
            body = scope = city.operator
        make_account(
            role.key, organisation=body, scope=scope, login=role.key, real_name=f"演示{role.label}"
        )


if __name__ == "__main__":
    main()
