"""The exact bytes of an act and of a seal (`mingcha-ledger/1`). Pure.

An act's body is one canonical JSON object; bytes inside it are standard Base64 with padding:

    {"at":"2026-11-22T13:35:45.123456Z",     UTC, microseconds
     "content":"<44>",                        SM3 of the record's content
     "from":"<24>" or "",                     token of address and device, see Origin
     "prev":"<44>" or "",                     hash of the record's previous act
     "record":["<kind>","<key>"],
     "salt":"<24>",                           128 random bits
     "verb":"随机抽取",
     "who":[<account id>,"<organisation code>"]}   0 and "" for the system itself

and its hash, which is also its leaf in the tree, is SM3(0x00 ‖ body).
A seal's body is {"key","no","prev","root","size","spec","time"}, hashes in hexadecimal because
people compare them; its hash is SM3(body), its signature is over body.
"""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime

from mingcha.base.ledger.canonical import canonical, moment_from, moment_text
from mingcha.base.ledger.hashing import hmac_of

SPEC = "mingcha-ledger/1"
SALT_BYTES = 16
ORIGIN_BYTES = 16


@dataclass(frozen=True)
class Deed:
    """What an act says. `content` has 32 bytes, `prev` 32 or none, `salt` 16."""

    at: datetime
    account: int
    organisation: str
    origin: str
    verb: str
    record: tuple[str, str]
    content: bytes
    prev: bytes
    salt: bytes

    def body(self) -> str:
        """The exact text that is hashed (as UTF-8)."""
        return canonical(
            {
                "at": moment_text(self.at),
                "content": _text(self.content),
                "from": self.origin,
                "prev": _text(self.prev),
                "record": self.record,
                "salt": _text(self.salt),
                "verb": self.verb,
                "who": [self.account, self.organisation],
            }
        ).decode()


def read_deed(body: str) -> Deed:
    """What a body says. Raises ValueError for any text `Deed.body` would not have made."""
    try:
        said = json.loads(body)
        deed = Deed(
            at=moment_from(said["at"]),
            account=said["who"][0],
            organisation=said["who"][1],
            origin=said["from"],
            verb=said["verb"],
            record=(said["record"][0], said["record"][1]),
            content=b64decode(said["content"], validate=True),
            prev=b64decode(said["prev"], validate=True),
            salt=b64decode(said["salt"], validate=True),
        )
        is_exact = deed.body() == body
    except (KeyError, IndexError, TypeError) as error:
        raise ValueError("not the body of an act") from error
    if not is_exact:
        raise ValueError("not in canonical form")
    return deed


def origin_token(key: bytes, address: str, device: str) -> str:
    """What stands in an act for address and device: 128 bits of an HMAC under the person's key."""
    return _text(hmac_of(key, f"{address}\x1f{device}".encode())[:ORIGIN_BYTES])


@dataclass(frozen=True)
class SealBody:
    """What a seal says: the tree's size and root at a time, after which seal, by which key."""

    no: int
    size: int
    root: bytes
    time: datetime
    prev: bytes
    key: str

    def text(self) -> str:
        """The exact text that is hashed and signed (as UTF-8)."""
        return canonical(
            {
                "spec": SPEC,
                "no": self.no,
                "size": self.size,
                "root": self.root.hex(),
                "time": moment_text(self.time),
                "prev": self.prev.hex(),
                "key": self.key,
            }
        ).decode()


def seal_line(body: str, signature: bytes) -> str:
    """A seal as one line of the published file: the body's members and the signature."""
    members = json.loads(body) | {"signature": _text(signature)}
    return canonical(members).decode()


def read_seal_line(line: str) -> tuple[SealBody, bytes]:
    """A published seal and its signature. Raises ValueError."""
    try:
        said = json.loads(line)
        seal = SealBody(
            no=said["no"],
            size=said["size"],
            root=bytes.fromhex(said["root"]),
            time=moment_from(said["time"]),
            prev=bytes.fromhex(said["prev"]),
            key=said["key"],
        )
        signature = b64decode(said["signature"], validate=True)
    except (KeyError, TypeError) as error:
        raise ValueError("not a published seal") from error
    return seal, signature


def _text(data: bytes) -> str:
    return b64encode(data).decode()
