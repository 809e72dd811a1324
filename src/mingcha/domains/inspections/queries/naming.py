"""What a selection says in words: codes by their names, long lists shortened and also whole."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from mingcha.base.people.models import Organisation
from mingcha.base.people.queries import regions
from mingcha.domains.inspections.models import Register, RegisterVersion
from mingcha.domains.inspections.rules import criteria
from mingcha.domains.inspections.rules.criteria import Objects, Officers
from mingcha.standards import loader

FEW = 3  # names of a list that a sentence has
PUBLIC = (
    "kinds", "industries", "regions", "listed", "unlisted", "founded_since", "founded_until",
)  # fmt: skip


@dataclass(frozen=True)
class Words:
    """A selection in words: `short` has at most FEW names of each list, `whole` all of them."""

    short: str
    whole: str

    @property
    def is_long(self) -> bool:
        """Whether the short sentence leaves something out."""
        return self.short != self.whole

    def __str__(self) -> str:
        return self.short


class Naming:
    """The names of what selections select by. At most two small statements, however many are said.

        naming = Naming()
        naming.words(criteria.objects(task.scope)).short   # 对象类型：企业；行业：零售业，餐饮业，住宿业等 5 个

    A code that is the beginning of others without a name of its own says so; one that no table has
    stays a code and says that.
    """

    def words(self, said: Objects | Officers) -> Words:
        """A selection in words."""
        return Words(said.in_words(_Joined(self, FEW)), said.in_words(_Joined(self, 0)))

    def of_version(self, version: RegisterVersion) -> Words:
        """What a version of a register selects, in words. `version.register` comes with it."""
        is_objects = version.register.of == Register.Of.OBJECTS
        read = criteria.objects if is_objects else criteria.officers
        return self.words(read(version.criteria))

    def public(self, said: Objects) -> str:
        """A selection as everybody may read it: kind, trade, division, public lists, days of founding.

        What names single entities or rests on internal classes is only said to be there.
        """
        shown = Objects(**{name: getattr(said, name) for name in PUBLIC})
        words = self.words(shown).whole
        if shown == said:
            return words
        return f"{words}；另有不公开的条件" if shown != Objects() else "按不公开的条件选取"

    def joined(self, what: str, codes: Sequence[str]) -> str:
        """What some codes are called, at most FEW of them named."""
        return _Joined(self, FEW).said(what, codes)

    def of(self, what: str, code: str) -> str:
        """What a code is called; `what` is kinds, industries, regions, bodies or skills."""
        return self._by[what](code)

    @cached_property
    def _by(self) -> Mapping[str, Callable[[str], str]]:
        return {
            "kinds": self._kind, "industries": self._industry, "regions": self._region,
            "bodies": self._body, "skills": str,
        }  # fmt: skip

    def _kind(self, code: str) -> str:
        return loader.current().code_table("supervise_object_type").label_of(code)

    def _industry(self, code: str) -> str:
        table = loader.current().code_table("industry")
        name = table.labels.get(table.writings.get(code.upper(), ""), "")
        return name or self._beginning(code.upper(), table.writings, "行业")

    def _region(self, code: str) -> str:
        name = self._regions.get(code.ljust(6, "0"), "")
        return name or self._beginning(code, self._regions, "区划")

    def _body(self, code: str) -> str:
        return self._bodies.get(code) or f"{code}（没有这个机构）"

    def _beginning(self, code: str, known: Mapping[str, str], what: str) -> str:
        if any(one.startswith(code) for one in known):
            return f"{code} 开头的{what}"
        return f"{code}（代码表中没有）"

    @cached_property
    def _regions(self) -> dict[str, str]:
        return dict(regions().values_list("code", "full_name"))

    @cached_property
    def _bodies(self) -> dict[str, str]:
        return dict(Organisation.objects.values_list("code", "name"))


class _Joined:
    """Names as a sentence has them: at most so many of a list, 0 for all."""

    def __init__(self, naming: Naming, most: int) -> None:
        self._naming, self._most = naming, most

    def said(self, what: str, codes: Sequence[str]) -> str:
        """The names of some codes, joined by a comma: some names hold the lighter 、 themselves."""
        shown = codes[: self._most] if self._most else codes
        joined = "，".join(self._naming.of(what, code) for code in shown)
        return joined if len(shown) == len(codes) else f"{joined}等 {len(codes)} 个"
