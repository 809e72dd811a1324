"""The small city for tests of people."""

from mingcha.base.people.testing import _city, _make_account, _make_organisation

__all__ = ["_city", "_make_account", "_make_organisation"]
