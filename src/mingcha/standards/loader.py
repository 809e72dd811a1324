"""Reads the declarations strictly, once, and holds them to each other.

A folder of declarations has its tables in `*.yaml` and its code tables in `codes.yaml`: the index,
whose entries either list `codes: {code: label}` or have a `<name>.csv` beside the index. Our own
stand in `tables/` and `codes/`; a city adds folders of its own by `use`, or by the environment
variable MINGCHA_STANDARDS. A city may extend a code table of ours (`extends: true`), never change
what is there.
"""

import csv
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from mingcha.standards.consistency import problems_of_codes, problems_of_table
from mingcha.standards.errors import StandardBroken, UnknownCodeTable, UnknownTable
from mingcha.standards.model import WHO, CodeTable, Table

HERE = Path(__file__).parent
ENVIRONMENT = "MINGCHA_STANDARDS"

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True)
class Catalogue:
    """All tables and code tables in force here, by name; tables in a fixed order."""

    tables: Mapping[str, Table]
    code_tables: Mapping[str, CodeTable]

    def table(self, name: str) -> Table:
        """The table of this name. Raises UnknownTable, naming the nearest."""
        found = self.tables.get(name)
        if found is None:
            raise UnknownTable(name=name, nearest=_nearest(name, self.tables))
        return found

    @cached_property
    def natural_schemes(self) -> frozenset[str]:
        """The schemes whose values are no codes, but several fields that identify together."""
        specs = [table.register_as for table in self.tables.values() if table.register_as]
        named = [(scheme, fields) for spec in specs for scheme, fields in spec.identifiers.items()]
        subjects = [table.subject for table in self.tables.values() if table.subject]
        named += [(spec.scheme or "", spec.value) for spec in subjects]
        return frozenset(scheme for scheme, fields in named if len(fields) > 1)

    @cached_property
    def kinds_by_scheme(self) -> Mapping[str, frozenset[str]]:
        """Scheme → the kinds of objects that a subject known under it may be; "" is any other scheme."""
        kinds: dict[str, frozenset[str]] = {"": frozenset(WHO)}
        for table in self.tables.values():
            for scheme, some in table.kinds_of_subject().items():
                kinds[scheme] = kinds.get(scheme, frozenset()) | some
        return kinds

    def kinds_of(self, scheme: str) -> frozenset[str]:
        """The kinds of objects that a subject known under a scheme, such as "name", may be."""
        return self.kinds_by_scheme.get(scheme, self.kinds_by_scheme[""])

    def code_table(self, name: str) -> CodeTable:
        """The code table of this name. Raises UnknownCodeTable, naming the nearest."""
        found = self.code_tables.get(name)
        if found is None:
            raise UnknownCodeTable(name=name, nearest=_nearest(name, self.code_tables))
        return found


def catalogue(extra: Sequence[Path] = ()) -> Catalogue:
    """The national and our own declarations, and those of the `extra` folders.

    Read once per set of folders. Raises StandardBroken with every fault as a sentence that names
    file, table and field.
    """
    return _catalogue(tuple(Path(folder).resolve() for folder in extra))


def use(extra: Sequence[Path]) -> Catalogue:
    """From now on `current` also holds these folders. Raises StandardBroken, then changes nothing."""
    chosen = catalogue(extra)
    _IN_USE[:] = [chosen]
    return chosen


def current() -> Catalogue:
    """What `use` chose; before that, our own with the folders that MINGCHA_STANDARDS names."""
    if not _IN_USE:
        named = os.environ.get(ENVIRONMENT, "")
        use([Path(folder) for folder in named.split(os.pathsep) if folder])
    return _IN_USE[0]


_IN_USE: list[Catalogue] = []


@lru_cache(maxsize=8)
def _catalogue(extra: tuple[Path, ...]) -> Catalogue:
    reading = _Reading()
    reading.read(sorted((HERE / "tables").glob("*.yaml")), HERE / "codes" / "index.yaml")
    for folder in extra:
        if not folder.is_dir():
            reading.problems.append(f"数据标准文件夹“{folder}”不存在")
        index = folder / "codes.yaml"
        reading.read(sorted(path for path in folder.glob("*.yaml") if path != index), index)
    reading.cross_check()
    if reading.problems:
        raise StandardBroken(reading.problems)
    return Catalogue(MappingProxyType(reading.tables), MappingProxyType(reading.code_tables))


class _Reading:
    """One pass over the files: what was read, where it stands, and everything that is wrong."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}
        self.code_tables: dict[str, CodeTable] = {}
        self.files: dict[str, Path] = {}
        self.problems: list[str] = []

    def read(self, tables: Iterable[Path], index: Path) -> None:
        if index.is_file():
            self._read_index(index)
        for path in tables:
            self._read_table(path)

    def cross_check(self) -> None:
        for code_table in self.code_tables.values():
            self.problems += problems_of_codes(code_table)
        for table in self.tables.values():
            found = problems_of_table(table, self.tables, self.code_tables)
            where = f"{self.files[table.name].name} 的数据表“{table.label}”"
            self.problems += [f"{where}{problem}" for problem in found]

    def _read_table(self, path: Path) -> None:
        content = self._yaml(path)
        if content is None:
            return
        table = self._valid(Table, content, path.name)
        if table is None:
            return
        if table.name != path.stem:
            self.problems.append(f"{path.name} 中的数据表名“{table.name}”与文件名不一致")
        if table.name in self.tables:
            self.problems.append(
                f"{path.name} 中的数据表“{table.name}”已在{self.files[table.name]}声明"
            )
            return
        self.tables[table.name] = table
        self.files[table.name] = path

    def _read_index(self, index: Path) -> None:
        for name, entry in (self._yaml(index) or {}).items():
            if name.startswith("_"):  # a YAML anchor for what several entries share
                continue
            if not isinstance(entry, dict):
                self.problems.append(f"{index.name} 的代码表“{name}”应是若干“键: 值”")
                continue
            self._read_codes(name, entry, index)

    def _read_codes(self, name: str, entry: dict[str, object], index: Path) -> None:
        extends = bool(entry.pop("extends", False))
        codes = _inline(entry["codes"]) if "codes" in entry else self._csv(name, index)
        known = self.code_tables.get(name)
        if known is not None and not extends:
            self.problems.append(
                f"{index} 的代码表“{name}”已经存在；如要增补代码，请写 extends: true"
            )
            return
        whole: dict[str, object] = {**entry, "name": name, "codes": codes}
        if known is not None:
            whole = known.model_dump() | entry | {"codes": [*known.codes, *codes]}
        made = self._valid(CodeTable, whole, f"{index.name} 的代码表“{name}”")
        if made is not None:
            self.code_tables[name] = made

    def _csv(self, name: str, index: Path) -> list[object]:
        path = index.parent / f"{name}.csv"
        if not path.is_file():
            self.problems.append(f"{index.name} 的代码表“{name}”没有 codes，也没有文件 {path.name}")
            return []
        with path.open(encoding="utf-8", newline="") as lines:
            return [_code(row) for row in csv.DictReader(lines)]

    def _yaml(self, path: Path) -> dict[str, object] | None:
        try:
            content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  (safe: CSafeLoader)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            self.problems.append(f"{path.name} 不是合格的 YAML：{error}")
            return None
        if not isinstance(content, dict):
            self.problems.append(f"{path.name} 应是若干“键: 值”")
            return None
        return content

    def _valid(self, model: type[_Model], content: object, where: str) -> _Model | None:
        try:
            return model.model_validate(content)
        except ValidationError as error:
            self.problems += [f"{where}{said}" for said in _sentences(error)]
            return None


def _code(row: Mapping[str, str]) -> dict[str, object]:
    filled: dict[str, object] = {name: value for name, value in row.items() if value}
    if row.get("aliases"):
        filled["aliases"] = tuple(row["aliases"].split("|"))
    return filled


def _inline(codes: object) -> list[object]:
    if not isinstance(codes, dict):
        return [codes]  # the model says what is wrong with it
    return [{"code": code, "label": label} for code, label in codes.items()]


_BOOLEAN = "tag:yaml.org,2002:bool"


class _Loader(yaml.CSafeLoader):
    """The safe loader without two traps: a key given twice, of which the second would silently
    win, and on, off, yes, no, which would be booleans and not the names they look like.
    """

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in known if tag != _BOOLEAN]
        for first, known in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[object, object]:
    own = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
    for key in own:
        if own.count(key) > 1:
            raise yaml.constructor.ConstructorError(
                None, None, f"键“{key}”出现两次", node.start_mark
            )
    loader.flatten_mapping(node)
    return loader.construct_mapping(node, deep=True)


_Loader.add_implicit_resolver(_BOOLEAN, re.compile("^(?:true|false)$"), ["t", "f"])
_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


_FAULTS = {
    "extra_forbidden": "是不认识的键",
    "missing": "没有填写",
    "enum": "不在允许的取值之内：{input}",
    "literal_error": "不在允许的取值之内：{input}",
    "string_type": "应是文字（数字样的代码要加引号），现为：{input}",
    "union_tag_invalid": "的规则种类不认识：{input}",
    "union_tag_not_found": "没有写明规则种类 kind",
}


def _sentences(error: ValidationError) -> Iterator[str]:
    for fault in error.errors():
        place = ".".join(str(part) for part in fault["loc"])
        said = _FAULTS.get(fault["type"], "不合要求：{input}（" + fault["msg"] + "）")
        yield f"的“{place}”{said.format(input=fault['input'])}"


def _nearest(name: str, names: Iterable[str]) -> str:
    return "、".join(get_close_matches(name, list(names), n=3, cutoff=0.3)) or "无"
