"""A table as JSON Schema (2020-12): what one record of it looks like to another machine."""

from typing import Any

from mingcha.standards.loader import Catalogue
from mingcha.standards.model import FieldSpec, FieldType, Table

DIALECT = "https://json-schema.org/draft/2020-12/schema"
LISTED_CODES = 100  # a code table up to this size is spelt out; a longer one is named only

_USCC = "[1-9A-HJ-NPQRTUWXY][0-9A-HJ-NPQRTUWXY]{17}"
_RESIDENT_ID = "[1-9][0-9]{16}[0-9X]"
_DECIMAL = r"-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?"
_PATTERNS = {
    FieldType.REGION: "[1-9][0-9]{5}",
    FieldType.YEAR: "[1-9][0-9]{3}",
    FieldType.NUMBER: _DECIMAL,
    FieldType.RATIO: r"0(\.[0-9]*[1-9])?|1",
    FieldType.USCC: _USCC,
    FieldType.RESIDENT_ID: _RESIDENT_ID,
    FieldType.ITEM: "[0-9]{14}",
    FieldType.CHECKLIST: f"{_USCC}[1-5].*",
}


def json_schema(table: Table, catalogue: Catalogue) -> dict[str, Any]:
    """The schema of one record in canonical text (model.FieldType): every value is a string.

    It says what a record must look like, not all that is checked: check characters, references
    and rules between fields are in the dictionary. Share levels, code tables and masks stand under
    `x-mingcha`.
    """
    return {
        "$schema": DIALECT,
        "$id": f"urn:mingcha:standard:{table.name}:{table.version}",
        "title": table.label,
        "description": table.description or table.label,
        "type": "object",
        "properties": {
            name: _property(table, field, catalogue) for name, field in table.fields.items()
        },
        "required": [name for name, field in table.fields.items() if field.required],
        "additionalProperties": False,
        "x-mingcha": {
            "basis": table.basis,
            "owner": table.owner,
            "version": table.version,
            "since": table.since.isoformat(),
            "share": table.share.value,
            "key": list(table.key.fields),
        },
    }


def _property(table: Table, field: FieldSpec, catalogue: Catalogue) -> dict[str, Any]:
    said: dict[str, Any] = {"title": field.label, "type": "string"}
    if field.note:
        said["description"] = field.note
    if field.required:
        said["minLength"] = 1
    if field.max is not None:
        said["maxLength"] = field.max
    if field.exact is not None:
        said["minLength"] = said["maxLength"] = field.exact
    if field.type is FieldType.DATE:
        said["format"] = "date"
    if field.type is FieldType.BOOLEAN:
        said["enum"] = ["是", "否"]
    if field.type in _PATTERNS:
        said["pattern"] = f"^({_PATTERNS[field.type]})$"
    extra = {"type": field.type.value, "share": (field.share or table.share).value}
    return said | _codes(field, catalogue) | {"x-mingcha": extra | _codes_name(field)}


def _codes(field: FieldSpec, catalogue: Catalogue) -> dict[str, Any]:
    if field.type is not FieldType.CODE or field.codes is None:
        return {}
    codes = catalogue.code_table(field.codes).codes
    if len(codes) > LISTED_CODES:
        return {}
    return {"oneOf": [{"const": code.code, "title": code.label} for code in codes]}


def _codes_name(field: FieldSpec) -> dict[str, str]:
    return {} if field.codes is None else {"codes": field.codes}
