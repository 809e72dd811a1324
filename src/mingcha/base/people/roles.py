"""The declared rights and roles (权限、角色), read strictly from config/rights.yaml."""

from functools import cache
from importlib.resources import files
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Right(_Strict):
    """One right: its name on a page, what it lets one do, whether it reads departments' data."""

    label: str
    explanation: str
    data: bool = False


class DeclaredRole(_Strict):
    """One built-in role."""

    label: Annotated[str, Field(max_length=40)]
    description: Annotated[str, Field(max_length=200)]
    rights: tuple[str, ...]
    appointed: bool = False
    apart: bool = False


class Declared(_Strict):
    """All rights and built-in roles."""

    rights: dict[str, Right]
    roles: dict[str, DeclaredRole]

    @model_validator(mode="after")
    def _roles_name_known_rights(self) -> "Declared":
        for key, role in self.roles.items():
            unknown = sorted(set(role.rights) - set(self.rights))
            if unknown:
                raise ValueError(f"角色 {key} 引用了未声明的权限：{unknown}")
        return self

    def reads_data(self, role: DeclaredRole) -> bool:
        """Whether any right of the role reads departments' data."""
        return any(self.rights[right].data for right in role.rights)

    def labels(self, rights: set[str]) -> list[str]:
        """The Chinese names of rights, in the order of declaration."""
        return [right.label for key, right in self.rights.items() if key in rights]


@cache
def declared() -> Declared:
    """The declaration. Raises ValidationError for a key it does not know."""
    text = files("mingcha.config").joinpath("rights.yaml").read_text(encoding="utf-8")
    return Declared.model_validate(yaml.safe_load(text))
