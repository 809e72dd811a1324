"""Who an entity was: renamed, moved, ended, related, merged — found, shown, and as believed then."""

import re
import time
from datetime import datetime

import pytest
from django.db import connection

from mingcha.base.days import utc_now
from mingcha.base.ledger import sealer
from mingcha.base.ledger.verify import verify_ledger
from mingcha.base.people.testing import make_account
from mingcha.domains.parties.models import Party, Relation
from mingcha.domains.records.queries import dossier, questions
from mingcha.domains.records.services import links
from mingcha.domains.records.testing import (
    as_csv,
    hand_in,
    inspection,
    make_catalogue,
    uscc,
)
from mingcha.domains.records.tests.linking_world import enterprise, nameless, party_of

pytestmark = pytest.mark.django_db(transaction=True)
OLD, NEW = "上海旧名演示贸易有限公司", "上海新号演示贸易有限公司"
MOVED = "上海市徐汇区宜山演示路3号"


@pytest.fixture
def linker(city, client):
    make_catalogue()
    account = make_account(
        "linker", "clerk", organisation=city.bureau, scope=city.government
    )  # fmt: skip
    client.force_login(account)
    return account


@pytest.fixture
def give(city, linker):
    def give(*rows: dict[str, str], table: str = "object_enterprise") -> None:
        batch = hand_in(
            as_csv(rows, table=table), provider=city.market, actor=linker, name=f"{table}.csv",
            table=table,
        )  # fmt: skip
        assert batch.accepted_count == len(rows), list(
            batch.refusals.values_list("reasons", flat=True)
        )

    return give


def relation(one: int, kind: str, other: int, **changes: str) -> dict[str, str]:
    row = {
        "uscc": uscc(one), "party_name": f"上海演示{one}有限公司", "relation": kind,
        "other_uscc": uscc(other), "other_name": f"上海演示{other}有限公司", "since": "2025-05-06",
    }  # fmt: skip
    return row | changes


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.mark.row("REG-1")
def test_a_renamed_moved_and_ended_entity_is_found_by_what_it_was_and_tells_its_history(
    give, client
):
    give(enterprise(2001, OLD))
    give(enterprise(2001, NEW, domicile=MOVED, approved_on="2025-03-04"))
    give(
        enterprise(
            2001, NEW, domicile=MOVED, approved_on="2026-01-02", revoked_on="2026-01-01",
            registration_status_name="吊销",
        )
    )  # fmt: skip
    party = Party.objects.get(code=uscc(2001))
    assert (party.name, party.address, party.status) == (NEW, MOVED, "吊销")

    for words in (OLD, "旧名演示"):
        found = text_of(client.get("/parties/", {"q": words}))
        assert NEW in found and "曾用名、其他名称" in found

    page = text_of(client.get(f"/parties/{party.public_id}/"))
    assert f"<del>{OLD}</del>" in page and f"<ins>{NEW}</ins>" in page
    assert "<del>上海市浦东新区演示路88号</del>" in page and f"<ins>{MOVED}</ins>" in page
    assert "<del>存续</del>" in page and "<ins>吊销</ins>" in page
    assert "2025-03-04" in page and "2026-01-01" in page


@pytest.mark.row("REG-1")
def test_branches_and_successors_are_dated_relations_with_their_source(give, city, client):
    for number in (2001, 2002, 2003):
        give(
            enterprise(
                number, f"上海演示{number}有限公司", domicile=f"上海市浦东新区演示路{number}号"
            )
        )

    give(
        relation(2001, "01", 2002),
        relation(2003, "02", 2002, since="2025-07-08"),
        relation(2001, "04", 2009, other_name="上海演示新设有限公司"),
        table="object_relation",
    )

    one, head, gone = (Party.objects.get(code=uscc(n)) for n in (2001, 2002, 2003))
    page = text_of(client.get(f"/parties/{head.public_id}/"))
    assert f'分支机构 <a href="/parties/{one.public_id}/">{one.name}</a>' in page
    assert f'吸收合并了 <a href="/parties/{gone.public_id}/">{gone.name}</a>' in page
    assert "2025-07-08 起" in page and city.market.name in page
    assert f'被吸收合并入 <a href="/parties/{head.public_id}/">' in text_of(
        client.get(f"/parties/{gone.public_id}/")
    )
    new = Party.objects.get(code=uscc(2009))
    assert not new.is_registered  # known by the relation alone until it registers
    assert "自其分立" in text_of(client.get(f"/parties/{new.public_id}/"))

    give(relation(2001, "01", 2002) | {"cd_operation": "d"}, table="object_relation")
    assert not Relation.objects.filter(kind="01").exists()


@pytest.mark.row("REG-1")
def test_two_that_were_merged_in_law_keep_both_their_histories(give, client, linker):
    give(enterprise(2001, OLD), enterprise(2002, NEW, domicile=MOVED))
    give(
        inspection(1, administrative_cp=OLD, supervise_object=OLD,
                   administrative_cp_ui_code=uscc(2001)),
        inspection(2, administrative_cp=NEW, supervise_object=NEW,
                   administrative_cp_ui_code=uscc(2002)),
        table="check_action",
    )  # fmt: skip
    gone, lives = Party.objects.get(code=uscc(2001)), Party.objects.get(code=uscc(2002))
    said = {"kind": "02", "other": uscc(2002), "since": "2025-05-06", "reason": ""}
    address = f"/links/relations/{gone.public_id}/new"
    assert client.post(address, said).status_code == 422

    assert client.post(address, said | {"reason": "合并公告"}).status_code == 302

    keys = {
        party.pk: {e.headline for e in dossier.opened(linker, party).page().entries}
        for party in (gone, lives)
    }
    assert keys[gone.pk] and keys[lives.pk]
    assert not gone.merged_into_id
    page = text_of(client.get(f"/parties/{lives.public_id}/"))
    assert "合并公告" in page and "吸收合并了" in page
    stated = Relation.objects.get()
    end = f"/links/relations/{gone.public_id}/{stated.pk}/end"
    assert client.post(end, {"reason": "公告作废"}).status_code == 302
    assert "公告作废" in text_of(client.get(f"/parties/{lives.public_id}/"))
    assert client.post(end, {"reason": "再来"}).status_code == 422


@pytest.mark.row("REG-5")
def test_a_past_moment_shows_ties_as_they_were_believed_then(
    give, linker, client, settings, tmp_path
):
    settings.HOME, settings.KEYS = tmp_path, tmp_path / "keys"
    give(enterprise(2001, OLD), enterprise(2002, NEW, domicile=MOVED))
    give(nameless(1, OLD), table="complaint")
    old, new = Party.objects.get(code=uscc(2001)), Party.objects.get(code=uscc(2002))
    before = seal()
    time.sleep(0.01)
    made = links.merge(old, new, reason="重复登记", actor=linker, despite_codes=True)
    between = seal()
    time.sleep(0.01)
    links.undo(made, reason="两家", actor=linker)
    after = seal()

    def told(party: Party, moment: datetime | None) -> int:
        return len(dossier.opened(linker, party, as_of=moment).page().entries)

    whole = [told(old, before), told(new, before)]
    assert party_of("TS000001") == old
    assert [told(old, between), told(new, between)] == [0, sum(whole)]
    assert [told(old, after), told(new, after)] == whole
    assert [told(old, None), told(new, None)] == whole
    assert not questions.questions(linker, questions.Filter()).exists()
    assert [finding.sentence for finding in verify_ledger().findings] == []
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE records_decision SET reason = '别的' WHERE id = %s", [made.pk])
        cursor.execute("SET session_replication_role = origin")
    assert not verify_ledger().is_sound


def seal():
    sealer.seal_once(sealer.file_signer())
    return utc_now()
