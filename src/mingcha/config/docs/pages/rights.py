"""docs/reference/rights.md: rights, roles, and which page asks for which right."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from mingcha.base.access import PUBLIC, SIGNED_IN, Door
from mingcha.base.people.roles import DeclaredRole, declared
from mingcha.config.docs.markdown import code, page, section, table

ANYBODY = {PUBLIC: "所有人", SIGNED_IN: "任何已登录的账号"}


def doors() -> Iterator[tuple[str, Door | None]]:
    """Every page: its address as a pattern, and its door. The API has its own page."""
    for route, pattern in patterns():
        if not route.startswith("/api/"):
            yield route, getattr(pattern.callback, "door", None)


def patterns(
    entries: list[URLPattern | URLResolver] | None = None, above: str = "/"
) -> Iterator[tuple[str, URLPattern]]:
    """Every address of the platform with its pattern."""
    for entry in get_resolver().url_patterns if entries is None else entries:
        route = f"{above}{entry.pattern}"
        if isinstance(entry, URLPattern):
            yield route, entry
        else:
            yield from patterns(entry.url_patterns, route)


def printed() -> str:
    """The page."""
    known = declared()
    rights = (
        (right.label, code(key), right.explanation, "是" if right.data else "")
        for key, right in known.rights.items()
    )
    roles = (
        (role.label, code(key), role.description, _rights_of(role), _limits(role))
        for key, role in known.roles.items()
    )
    return page(
        "权限与角色",
        "本页列出全部权限、内置角色，以及每个页面要求的权限。",
        "授权总是“某账号在某机构及其下级拥有某角色”，有起止日期。授权人只能授予自己在该范围内拥有的权限。"
        "权限和角色在 `src/mingcha/config/rights.yaml` 中声明。",
        section("权限", table(("权限", "标识", "可以做什么", "涉及部门数据"), rights)),
        section("内置角色", table(("角色", "标识", "说明", "权限", "限制"), roles)),
        section("页面", table(("页面地址", "要求的权限"), _pages())),
    )


def _rights_of(role: DeclaredRole) -> str:
    return "、".join(declared().labels(set(role.rights)))


def _limits(role: DeclaredRole) -> str:
    said = (
        ("仅在服务器上任命（mingcha appoint）", role.appointed),
        ("三员分离，不得兼任", role.apart),
        ("不授予运维单位", declared().reads_data(role)),
    )
    return "；".join(words for words, applies in said if applies)


def _pages() -> Iterator[tuple[str, str]]:
    for route, door in sorted(doors()):
        right = door.right if door else ""
        known = declared().rights.get(right)
        yield code(route), ANYBODY.get(right, known.label if known else right)
