"""The API object (OpenAPI at /api/v1/openapi.json)."""

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from mingcha.base.errors import BadInput, MingchaError
from mingcha.base.http import problem_response
from mingcha.base.people.api_auth import Asker
from mingcha.domains.catalog.api import claims
from mingcha.domains.catalog.api import router as catalog
from mingcha.domains.catalog.api.laws import router as laws
from mingcha.domains.desk.api import router as desk
from mingcha.domains.inspections.api.parts import router as inspection_parts
from mingcha.domains.officers.api import router as officers
from mingcha.domains.portal.api import router as portal
from mingcha.domains.records.api import router as records

api = NinjaAPI(
    title="明察 · 监管数据接口",
    version="1",
    description=(
        "以登录会话或 `Authorization: Bearer <令牌>` 访问。出错时返回 RFC 9457 problem+json。"
        "公开目录可以整本取：`/book/items.parquet`、`/book/checklists.parquet`、`/book/officers.parquet`"
        "（也有 `.csv`、`.json`），`?on=` 指定日期，带 `If-None-Match` 时未变则答 304，"
        "JSON 的格式见 `/book/items.schema.json`。"
    ),
    urls_namespace="api",
    docs_url=None,
    auth=Asker(),
)


@api.exception_handler(MingchaError)
def refused(request: HttpRequest, refusal: MingchaError) -> HttpResponse:
    """Every refusal as problem details."""
    return problem_response(request, refusal)


@api.exception_handler(ValidationError)
def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What pydantic refused, as one sentence naming each field."""
    problems = "；".join(f"{'.'.join(map(str, e['loc'][1:]))}：{e['msg']}" for e in error.errors)
    return problem_response(request, BadInput(problem=problems))


api.add_router("", records)
api.add_router("", desk)
api.add_router("", portal)
api.add_router("", officers)
api.add_router("", catalog)
api.add_router("", claims)
api.add_router("", laws)
api.add_router("", inspection_parts)
