"""The exact bytes, from vectors and from literals that another implementation can take."""

import hashlib
from datetime import UTC, datetime

import pytest
from gmssl import sm2
from hypothesis import given
from hypothesis import strategies as st
from tongsuopy.crypto import serialization

from mingcha.base.ledger import hashing
from mingcha.base.ledger.canonical import canonical, digest_of, moment_text
from mingcha.base.ledger.hashing import hmac_of, leaf_hash, node_hash, sm3
from mingcha.base.ledger.rules import Deed, SealBody, read_deed, read_seal_line, seal_line
from mingcha.base.ledger.signing import FileSigner, fingerprint_of, is_signed

AT = datetime(2026, 11, 22, 13, 35, 45, 120000, tzinfo=UTC)
DEED = Deed(
    at=AT,
    account=7,
    organisation="11310000000013",
    origin="HbroeslwtZWpet0aCb2emA==",
    verb="随机抽取",
    record=("inspections.draw", "SJ-2026-0001"),
    content=sm3(b"abc"),
    prev=b"",
    salt=bytes(16),
)


def test_sm3_gives_the_vectors_of_the_standard():
    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert (
        sm3(b"abcd" * 16).hex()
        == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    )


@given(st.binary(max_size=300))
def test_both_implementations_of_sm3_agree(data):
    slow = hashing._sm3_by_cryptography()

    assert slow.leaf(data) == leaf_hash(data) == hashlib.new("sm3", b"\x00" + data).digest()
    assert node_hash(data, b"") == hashlib.new("sm3", b"\x01" + data).digest()
    for one in (slow, hashing.SM3):
        assert one.leaves([data]) == [leaf_hash(data)]
        assert one.pairs([data, b"", b"lonely"]) == [node_hash(data, b"")]


def test_hmac_sm3_agrees_with_the_library():
    import hmac  # noqa: PLC0415  # the product does without it

    assert hmac_of(b"k" * 32, b"message") == hmac.new(b"k" * 32, b"message", "sm3").digest()


def test_a_body_is_these_bytes():
    assert DEED.body() == (
        '{"at":"2026-11-22T13:35:45.120000Z",'
        '"content":"Zsfw9GLu7dnR8tRr3BDk4kFnxIdc8veiKX2gK49LqOA=",'
        '"from":"HbroeslwtZWpet0aCb2emA==","prev":"",'
        '"record":["inspections.draw","SJ-2026-0001"],'
        '"salt":"AAAAAAAAAAAAAAAAAAAAAA==","verb":"随机抽取","who":[7,"11310000000013"]}'
    )
    assert read_deed(DEED.body()) == DEED


@pytest.mark.parametrize(
    "body",
    ["", "{}", "[]", "null", DEED.body() + " ", DEED.body().replace('"who":[7', '"who":[07'),
     DEED.body().replace(',"prev":""', ""), DEED.body().replace("AAA=", "AA =")],
)  # fmt: skip
def test_other_bytes_are_not_a_body(body):
    with pytest.raises(ValueError, match=r"."):
        read_deed(body)


def test_a_seal_is_these_bytes_and_travels_as_a_line():
    seal = SealBody(no=2, size=300, root=sm3(b"root"), time=AT, prev=sm3(b"first"), key="k1")

    assert seal.text() == (
        f'{{"key":"k1","no":2,"prev":"{sm3(b"first").hex()}","root":"{sm3(b"root").hex()}",'
        '"size":300,"spec":"mingcha-ledger/1","time":"2026-11-22T13:35:45.120000Z"}'
    )
    assert read_seal_line(seal_line(seal.text(), b"signature")) == (seal, b"signature")


@pytest.mark.parametrize("line", ["", "{}", "[]", '{"no":1'])
def test_other_lines_are_not_a_seal(line):
    with pytest.raises(ValueError, match=r"."):
        read_seal_line(line)


def test_canonical_json_is_in_nfc_sorted_and_without_blanks():
    assert canonical({"b": [True, 1], "a": "e\u0301"}) == '{"a":"é","b":[true,1]}'.encode()
    assert digest_of({"a": "é"}) == digest_of({"a": "e\u0301"})


@pytest.mark.parametrize("value", [1.0, None, b"bytes", {"a": 0.5}, AT, {1, 2}])
def test_floats_nulls_and_other_things_have_no_place(value):
    with pytest.raises(TypeError, match="no place"):
        canonical(value)


def test_a_moment_needs_its_zone():
    with pytest.raises(ValueError, match="time zone"):
        moment_text(AT.replace(tzinfo=None))


def test_the_key_is_made_once_for_us_alone(home):
    first, second = FileSigner(home / "keys" / "a.pem"), FileSigner(home / "keys" / "a.pem")

    assert first.fingerprint == second.fingerprint == fingerprint_of(first.public_pem)
    assert (home / "keys" / "a.pem").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (home / "keys").iterdir()] == ["a.pem"]


def test_a_signature_is_good_for_its_message_and_key_only(home):
    mine, other = FileSigner(home / "a.pem"), FileSigner(home / "b.pem")
    signature = mine.sign(b"seal")

    assert is_signed(b"seal", signature, mine.public_pem)
    assert not is_signed(b"sea1", signature, mine.public_pem)
    assert not is_signed(b"seal", signature, other.public_pem)
    assert not is_signed(b"seal", b"rubbish", mine.public_pem)


def test_another_library_accepts_the_signature(home):
    signer = FileSigner(home / "a.pem")
    numbers = serialization.load_pem_public_key(signer.public_pem).public_numbers()
    theirs = sm2.CryptSM2(private_key="", public_key="", asn1=True)
    theirs.public_key = f"{numbers.x:064x}{numbers.y:064x}"

    assert theirs.verify_with_sm3(signer.sign(b"seal").hex(), b"seal")
