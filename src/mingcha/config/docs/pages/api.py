"""docs/reference/api.md: the operations of the API, from its OpenAPI."""

from collections.abc import Iterator, Mapping
from typing import Any

from mingcha.base.access import DOORS
from mingcha.base.people.roles import declared
from mingcha.config.api import api
from mingcha.config.docs.markdown import code, page, section, table
from mingcha.config.docs.pages.rights import ANYBODY

Schema = Mapping[str, Any]


def printed() -> str:
    """The page."""
    schema = api.get_openapi_schema()
    parts = schema["components"]["schemas"]
    return page(
        "接口",
        "本页列出数据接口的全部操作、参数和返回内容，摘自 OpenAPI。",
        "完整的 OpenAPI 在 `/api/v1/openapi.json`。以登录会话访问，或在请求头中写"
        "`Authorization: Bearer 令牌`。出错时返回 `application/problem+json`，见[出错说明](errors.md)。",
        *(
            _operation(method, path, operation)
            for path, methods in schema["paths"].items()
            for method, operation in methods.items()
        ),
        section("返回内容", *(_object(name, part) for name, part in sorted(parts.items()))),
    )


def _operation(method: str, path: str, operation: Schema) -> str:
    return section(
        f"{method.upper()} {path}",
        f"**{operation['summary']}**。要求的权限：{_right(operation)}。",
        table(("参数", "位置", "必填", "类型"), _parameters(operation)),
        f"返回：{'；'.join(_answers(operation))}。",
    )


def _right(operation: Schema) -> str:
    """Whom the operation's door lets in; ninja names an operation by module and function."""
    rights = {name.replace(".", "_"): door.right for name, door in DOORS.items()}
    right = rights[operation["operationId"]]
    known = declared().rights.get(right)
    return known.label if known else ANYBODY[right]


def _parameters(operation: Schema) -> Iterator[tuple[str, str, str, str]]:
    for given in operation.get("parameters", []):
        needed = "是" if given.get("required") else ""
        yield code(given["name"]), given["in"], needed, _type(given["schema"])
    for kind, body in operation.get("requestBody", {}).get("content", {}).items():
        inside = body["schema"]
        for name, one in inside.get("properties", {}).items():
            needed = "是" if name in inside.get("required", []) else ""
            yield code(name), kind, needed, _type(one)


def _answers(operation: Schema) -> Iterator[str]:
    for status, answer in operation["responses"].items():
        content = answer.get("content", {}).get("application/json", {})
        yield f"`{status}` {_type(content['schema']) if content else ''}".strip()


def _object(name: str, part: Schema) -> str:
    rows = (
        (code(field), _type(one), one.get("description", ""))
        for field, one in part.get("properties", {}).items()
    )
    return f"### {name}\n\n{table(('字段', '类型', '说明'), rows)}"


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return "，或 ".join(_type(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"{_type(schema['items'])} 的列表"
    form = f"（{schema['format']}）" if "format" in schema else ""
    return f"{schema.get('type', 'object')}{form}"
