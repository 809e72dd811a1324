import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from mingcha.base.ledger import journal, sealer, services, tree
from mingcha.base.ledger.models import Act, Node, Seal
from mingcha.base.ledger.rules import read_seal_line
from mingcha.base.ledger.signing import is_signed
from mingcha.base.ledger.verify import verify_ledger

pytestmark = pytest.mark.django_db


def hashes():
    return [bytes(act.hash) for act in Act.objects.order_by("leaf_no")]


def at_once(*works):
    """Run each in a thread with a connection of its own; their results or exceptions."""
    results = [None] * len(works)

    def run(at, work):
        try:
            results[at] = work()
        except Exception as error:  # noqa: BLE001  # handed to the test
            results[at] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_nothing_open_gives_no_seal(seal):
    assert seal() is None


def test_a_seal_holds_all_open_acts_in_order_of_time_and_id(leave, seal, signer):
    acts = leave("1", *"abc") + leave("2", *"de")

    made = seal()

    assert (made.no, made.size) == (1, 5)
    assert hashes() == [act.hash for act in acts]
    assert made.root == tree.root_of([act.hash for act in acts])
    assert is_signed(made.body.encode(), made.signature, signer.public_pem)
    assert seal() is None


def test_seals_follow_one_another_and_time_ascends_even_if_the_clock_goes_back(
    leave, seal, monkeypatch
):
    leave("1", "a")
    first = seal()
    leave("1", "b")
    monkeypatch.setattr(sealer, "utc_now", lambda: datetime(2020, 1, 1, tzinfo=UTC))

    second = seal()

    assert second.prev == first.hash
    assert second.time == first.time + timedelta(microseconds=1)


@pytest.mark.parametrize("counts", [[1], [255, 1, 1], [256, 256], [100, 700, 3, 513]])
def test_a_tree_grown_seal_by_seal_is_the_tree_over_all(counts, clerk, seal):
    for count in counts:
        for number in range(count):
            services.act(clerk, "提交", ("task", str(number)), content={})
        made = seal()

    assert made.size == sum(counts)
    assert made.root == tree.root_of(hashes())
    rising = tree.levels(hashes())
    stored = {(node.level, node.index): node.hash for node in Node.objects.all()}
    assert stored == {
        (level, index): root
        for level in range(sealer.GROUP_LEVEL, len(rising))
        for index, root in enumerate(rising[level])
    }


def test_a_backlog_is_sealed_in_portions(leave, seal, monkeypatch):
    monkeypatch.setattr(sealer, "ACTS_PER_SEAL", 2)
    leave("1", *"abcde")

    assert [seal().size, seal().size, seal().size, seal()] == [2, 4, 5, None]


def test_every_seal_is_published_once_and_every_leaf_is_in_the_journal(leave, seal):
    leave("1", *"ab")
    seal()
    leave("1", "c")
    seal()
    seal()

    lines = journal.seals_file().read_text().splitlines()
    assert [read_seal_line(line)[0].size for line in lines] == [2, 3]
    by_sealer = [(act, hash_) for act, hash_, mark in journal.entries() if mark]
    assert by_sealer == [(act.pk, act.hash) for act in Act.objects.order_by("leaf_no")]


def test_a_seal_whose_sealer_died_before_publishing_is_published_by_the_next(leave, seal, signer):
    leave("1", *"ab")
    made = seal()
    journal.seals_file().unlink()

    assert sealer.publish(signer.public_pem, signer.fingerprint) == 1

    (line,) = journal.seals_file().read_text().splitlines()
    assert read_seal_line(line)[0].text() == made.body
    assert verify_ledger().is_sound


def test_a_line_torn_by_a_crash_is_written_again_whole(leave, seal):
    leave("1", "a")
    seal()
    leave("1", "b")
    path = journal.seals_file()
    path.write_text(path.read_text() + '{"key":"torn')

    seal()

    assert [read_seal_line(line)[0].no for line in path.read_text().splitlines()] == [1, 2]
    assert verify_ledger().is_sound


class Dying:
    """A signer whose process dies when it should sign: after numbering, before the commit."""

    def __init__(self, signer):
        self.public_pem, self.fingerprint = signer.public_pem, signer.fingerprint

    def sign(self, message):
        raise KeyboardInterrupt


@pytest.mark.django_db(transaction=True)
def test_a_sealer_that_dies_between_numbering_and_commit_leaves_nothing(clerk, signer):
    with transaction.atomic():
        services.act(clerk, "提交", ("task", "1"), content={})

    with pytest.raises(KeyboardInterrupt):
        sealer.seal_once(Dying(signer))

    assert Act.objects.get().leaf_no is None
    assert not Seal.objects.exists()
    assert sealer.seal_once(signer).size == 1
    assert verify_ledger().is_sound


@pytest.mark.django_db(transaction=True)
def test_two_sealers_at_once_seal_each_act_once(clerk, signer):
    for number in range(300):
        with transaction.atomic():
            services.act(clerk, "提交", ("task", str(number)), content={})

    made = at_once(*[lambda: sealer.seal_once(signer)] * 2)

    assert sorted(seal.size if seal else 0 for seal in made) == [0, 300]
    assert len(journal.seals_file().read_text().splitlines()) == 1
    assert verify_ledger().is_sound


@pytest.mark.django_db(transaction=True)
def test_acts_on_one_record_from_several_connections_never_fork_its_chain(clerk):
    def work():
        for number in range(10):
            with transaction.atomic():
                services.act(clerk, "提交", ("task", "1"), content={"n": number})

    at_once(work, work, work)

    acts = list(Act.objects.order_by("id"))
    assert len(acts) == 30
    assert [act.prev for act in acts] == [None, *(act.hash for act in acts[:-1])]


@pytest.mark.django_db(transaction=True)
def test_acts_on_different_records_do_not_wait_for_each_other(clerk):
    with transaction.atomic():
        services.act(clerk, "提交", ("task", "1"), content={})

        def other():
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '5s'")
                return services.act(clerk, "提交", ("task", "2"), content={})

        (act,) = at_once(other)

    assert isinstance(act, Act)


@pytest.mark.django_db(transaction=True)
def test_an_act_committed_late_goes_into_a_later_seal(clerk, signer):
    started, may_end = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            act = services.act(clerk, "慢", ("task", "slow"), content={})
            started.set()
            may_end.wait(20)
        return act

    def quick():
        started.wait(20)
        with transaction.atomic():
            services.act(clerk, "快", ("task", "quick"), content={})
        first = sealer.seal_once(signer)
        may_end.set()
        return first

    late, first = at_once(slow, quick)

    assert first.size == 1
    assert sealer.seal_once(signer).size == 2
    assert [act.verb for act in Act.objects.order_by("leaf_no")] == ["快", "慢"]
    assert Act.objects.get(verb="慢").at < Act.objects.get(verb="快").at
    assert late.pk < Act.objects.get(verb="快").pk
    assert verify_ledger().is_sound
