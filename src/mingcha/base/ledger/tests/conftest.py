from dataclasses import dataclass, field

import pytest
from django.db import connection, transaction

from mingcha.base.ledger import sealer, services


@dataclass
class Body:
    code: str = "11310000000013"


@dataclass
class Clerk:
    """An account as far as the ledger knows it."""

    pk: int = 7
    organisation: Body = field(default_factory=Body)


@pytest.fixture
def clerk():
    return Clerk()


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    """A folder of its own for journal, seals and keys."""
    settings.HOME, settings.KEYS = tmp_path, tmp_path / "keys"
    return tmp_path


@pytest.fixture(autouse=True)
def without_installation(request):
    """A ledger that begins with the test's own acts."""
    if request.node.get_closest_marker("django_db") is not None:
        request.getfixturevalue("empty")


@pytest.fixture
def signer(home):
    return sealer.file_signer()


@pytest.fixture
def leave(clerk, django_capture_on_commit_callbacks):
    """Leave acts on a record as a committed request does: leave("7", "one", "two")."""

    def leave(key, *contents, kind="task"):
        acts = []
        for said in contents:
            with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
                acts.append(services.act(clerk, "提交", (kind, key), content={"said": said}))
        return acts

    return leave


@pytest.fixture
def seal(signer):
    """Seal whatever is open."""
    return lambda: sealer.seal_once(signer)


@pytest.fixture
def administrator(db):
    """Plain SQL of a database administrator who has put the triggers out of the way."""

    def execute(statement, *values):
        with connection.cursor() as cursor:
            for table in ("ledger_act", "ledger_seal", "ledger_node"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(statement, values)
            changed = cursor.rowcount
            for table in ("ledger_act", "ledger_seal", "ledger_node"):
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        return changed

    return execute
