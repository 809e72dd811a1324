"""Fixtures shared by all tests; the database server comes from mingcha.config.testing."""

import os

from hypothesis import settings

# The same examples in every run, so that a red run means a change; HYPOTHESIS_PROFILE=search looks
# for new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

pytest_plugins = ["mingcha.base.people.testing"]
