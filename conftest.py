"""Fixtures shared by all tests; the database server comes from mingcha.config.testing."""

pytest_plugins = ["mingcha.base.people.testing"]
