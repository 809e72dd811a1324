"""Prepare the platform under test: who hands in, and what is checked against.

A program of its own (`python -m tests.kill.stage [gather]`), speaking as the application: the driver
itself never enters the platform but through its doors. Prints {"token": …, "providers": […]}; with
`gather` it does what the periodic job of that name does, and prints nothing.
"""

import json
import sys
from datetime import timedelta

import django

django.setup()

from mingcha.base.days import local_today  # noqa: E402  # the models need the line above
from mingcha.base.people import services  # noqa: E402
from mingcha.base.people.testing import City, make_account  # noqa: E402
from mingcha.domains.records.jobs.lake import gather  # noqa: E402
from mingcha.domains.records.testing import make_catalogue  # noqa: E402


def main() -> None:
    """One clerk over three departments, and the catalogue their rows refer to."""
    city = City()
    make_catalogue()
    clerk = make_account("clerk", organisation=city.market, scope=city.government)
    tomorrow = local_today() + timedelta(days=1)
    _, token = services.create_token(clerk, name="断电测试", expires_on=tomorrow, actor=clerk)
    providers = [city.market.code, city.fire.code, city.bureau.code]
    sys.stdout.write(json.dumps({"token": token, "providers": providers}))


if __name__ == "__main__":
    if sys.argv[1:] == ["gather"]:
        gather()
    else:
        main()
