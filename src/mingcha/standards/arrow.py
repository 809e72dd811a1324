"""A table as an Arrow schema: how the lake and exports hold its columns."""

import pyarrow as pa

from mingcha.standards.model import FieldSpec, FieldType, Table

# Exact: money never becomes a float. Twenty digits before the point hold any amount in 元, eight
# after it a longitude to the millimetre.
DECIMAL = pa.decimal128(28, 8)

_TYPES = {
    FieldType.DATE: pa.date32(),
    FieldType.YEAR: pa.int16(),
    FieldType.NUMBER: DECIMAL,
    FieldType.RATIO: DECIMAL,
    FieldType.BOOLEAN: pa.bool_(),
    FieldType.LIST: pa.list_(pa.string()),
}


def arrow_schema(table: Table) -> pa.Schema:
    """One column per declared field, all nullable, in the order of the declaration.

    Dates are date32, years int16, numbers and ratios decimal128(28, 8), 是否 bool, lists
    list<string>; everything else is a string. A column's metadata has its Chinese label; the
    schema's has table, version and basis.
    """
    columns = [_column(name, field) for name, field in table.fields.items()]
    said = {"table": table.name, "label": table.label, "version": str(table.version)}
    return pa.schema(columns, metadata=said | {"basis": table.basis})


def _column(name: str, field: FieldSpec) -> pa.Field:
    return pa.field(name, _TYPES.get(field.type, pa.string()), metadata={"label": field.label})
