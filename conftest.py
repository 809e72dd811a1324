"""Fixtures shared by all tests; the database server comes from mingcha.config.testing."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from weakref import WeakSet

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis
from psycopg.sql import SQL, Identifier
from pytest_django.plugin import DjangoDbBlocker

from mingcha.base.people import services as people
from mingcha.base.people.models import Role
from mingcha.base.rules import services as rules
from mingcha.base.rules.models import Rule
from mingcha.domains.parties import services as parties
from mingcha.domains.parties.models import Authority

# The same examples in every run, so that a red run means a change; HYPOTHESIS_PROFILE=search looks
# for new ones.
hypothesis.register_profile("steady", derandomize=True, deadline=None)
hypothesis.register_profile("search", deadline=None, max_examples=1000)
hypothesis.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

pytest_plugins = ["mingcha.base.people.testing"]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark the tests that take a database: `make check` leaves them to `make test`.

    The slow ones come first, so that no worker is left with them at the end.
    """
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & {"db", "transactional_db"}:
            item.add_marker("database")
    yield
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


class Pristine:
    """The database as every test finds it: roles, rules and authorities loaded, and nothing else.

    After a test that commits it is made anew from a copy, journal and all. That takes a tenth of
    what emptying every table and loading again does.
    """

    def __init__(self) -> None:
        self.open: WeakSet[BaseDatabaseWrapper] = WeakSet()
        connection_created.connect(self._note, weak=False)
        self.name = str(connection.settings_dict["NAME"])
        self.kept = f"{self.name}_pristine"
        self.journal = Path(settings.HOME) / "journal"
        self.kept_journal = Path(settings.HOME) / "journal.pristine"
        self._copy(self.name, self.kept)
        shutil.copytree(self.journal, self.kept_journal)

    def restore(self) -> None:
        """Throw away what a test committed; whoever is still connected is cut off."""
        self._copy(self.kept, self.name)
        shutil.rmtree(self.journal)
        shutil.copytree(self.kept_journal, self.journal)

    def remove(self) -> None:
        """Remove the copy."""
        with self._server() as server:
            server.execute(SQL("DROP DATABASE {}").format(Identifier(self.kept)))

    def _note(self, connection: BaseDatabaseWrapper, **_: object) -> None:
        self.open.add(connection)

    def _copy(self, source: str, target: str) -> None:
        for one in [connection, *self.open]:  # those of threads that went on to wait for more too
            one.inc_thread_sharing()
            one.close()
            one.dec_thread_sharing()
        with self._server() as server:
            drop = SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            server.execute(drop.format(Identifier(target)))
            copy = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
            server.execute(copy.format(Identifier(target), Identifier(source)))

    def _server(self) -> psycopg.Connection:
        known = connection.get_connection_params()
        to = {key: known[key] for key in ("host", "port", "user", "password") if key in known}
        return psycopg.connect(**to, dbname="postgres", autocommit=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Tables with what is shipped in them, once; see Pristine for the tests that commit."""
    with django_db_blocker.unblock():
        people.load_roles()
        rules.load_shipped()
        parties.load_authorities()
        pristine = Pristine()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: pristine.restore())
        yield
    with django_db_blocker.unblock():
        pristine.remove()


@pytest.fixture
def empty(db: None) -> None:
    """A database without what is shipped, and a ledger without the acts that loaded it."""
    ledger = list(apps.get_app_config("ledger").get_models())
    tables = [model._meta.db_table for model in [*ledger, Role, Rule, Authority]]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
