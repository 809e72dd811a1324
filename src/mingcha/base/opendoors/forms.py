"""The form of an open door: a trap for machines, the time a person takes, and a key that is used once."""

import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner

from mingcha.base.opendoors.errors import NotByHand

TRAP, KEY = "website", "form_key"
LONGEST_SECONDS = 12 * 3600
_SIGNER = TimestampSigner(salt="mingcha.opendoors")


class OpenForm(forms.Form):
    """A form that anybody may send. `key` names the sheet that was filled in, once it is valid.

    Whoever fills the trap or sends at once is refused with NotByHand by `check_hand`, which the
    door calls before it looks at the rest.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[TRAP] = forms.CharField(
            required=False, label="此栏请留空", max_length=200,
            widget=forms.TextInput({"autocomplete": "off", "tabindex": "-1"}),
        )  # fmt: skip
        self.fields[KEY] = forms.CharField(required=False, widget=forms.HiddenInput)
        self.initial[KEY] = _SIGNER.sign(secrets.token_hex(16))

    @property
    def key(self) -> str:
        """What tells this sheet from every other: the same sheet sent twice is one."""
        return _SIGNER.unsign(self.data[KEY])

    def check_hand(self) -> None:
        """Pass if a person seems to have filled the form in. Raises NotByHand."""
        if self.data.get(TRAP, ""):
            raise NotByHand(why="填写了应当留空的一栏")
        given = self.data.get(KEY, "")
        try:
            _SIGNER.unsign(given, max_age=LONGEST_SECONDS)
        except SignatureExpired as error:
            raise NotByHand(why="页面打开的时间太久") from error
        except BadSignature as error:
            raise NotByHand(why="页面不是由本平台给出的") from error
        if settings.OPEN_FORM_SECONDS and not _took_time(given):
            raise NotByHand(why="打开页面后立即提交")


def _took_time(given: str) -> bool:
    """Whether the sheet was given out long enough ago for a person to fill it in."""
    try:
        _SIGNER.unsign(given, max_age=settings.OPEN_FORM_SECONDS)
    except SignatureExpired:
        return True
    return False
