"""Random ids for addresses: nobody can count them, guess them or read anything from them."""

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    _Text = models.CharField[str, str]
else:
    _Text = models.CharField  # cannot be subscripted when it runs

LENGTH = 20  # hexadecimal digits, 80 bits


def public_id() -> str:
    """A random id for addresses (80 bits)."""
    return secrets.token_hex(LENGTH // 2)


class PublicIdField(_Text):
    """The random id of a row, made with it. `max_length` may be longer where SQL makes longer ones.

    To migrations it is a plain unique text column: the default belongs to the code that makes rows,
    so that no migration has to import it.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        """As CharField; default, length and uniqueness are given."""
        given = {"max_length": LENGTH} | options | {"unique": True, "default": public_id}
        super().__init__(*args, **given)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """A CharField without a default."""
        name, _, args, options = super().deconstruct()
        del options["default"]
        return name, "django.db.models.CharField", args, options
