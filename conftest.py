"""Fixtures shared by all tests; the database server comes from mingcha.config.testing."""

import os

import pytest
from django.db import connection
from hypothesis import settings

# The same examples in every run, so that a red run means a change; HYPOTHESIS_PROFILE=search looks
# for new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

pytest_plugins = ["mingcha.base.people.testing"]


@pytest.fixture(autouse=True)
def _without_jobs_of_others(request: pytest.FixtureRequest) -> None:
    """Take away jobs that another test committed: flushing leaves them, and they hold up later ones."""
    marker = request.node.get_closest_marker("django_db")
    if marker is not None and marker.kwargs.get("transaction"):
        request.getfixturevalue("transactional_db")
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
