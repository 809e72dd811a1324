"""`mingcha appoint`: give a role on the strength of a written appointment."""

import argparse

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from mingcha.base.errors import MingchaError, NotFound
from mingcha.base.people import queries, services
from mingcha.base.people.models import Organisation, Role


class Command(BaseCommand):
    """Appoints, and opens the account first when it is asked to."""

    help = (
        "凭书面任命授予角色（系统、安全、审计管理员和监察只能在此授予，三员不得为同一人）。"
        "加 --open 可同时开通账号，一次性密码显示在标准输出。"
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Who, what, over what, and why."""
        parser.add_argument("login", help="登录名，如 zhangsan")
        parser.add_argument("role", help="角色标识，如 auditor")
        parser.add_argument("--organisation", required=True, help="范围：机构标识，如 310000-gov")
        parser.add_argument("--reason", required=True, help="任命依据，如任命书文号")
        parser.add_argument(
            "--open", dest="name", metavar="姓名", help="同时为此人开通账号，所属机构同范围"
        )

    @transaction.atomic
    def handle(
        self,
        *,
        login: str,
        role: str,
        organisation: str,
        reason: str,
        name: str | None,
        **_: object,
    ) -> None:
        """Data on stdout, talk on stderr."""
        try:
            scope, wanted = _found(organisation, role)
            if name:
                person = services.Person(login, name)
                opened = services.open_first_account(person, organisation=scope)
                self.stdout.write(opened[1])
            grant = services.appoint(
                queries.account_called(login), wanted, scope=scope, reason=reason
            )
        except MingchaError as refusal:
            raise CommandError(refusal.as_line()) from refusal
        self.stderr.write(self.style.SUCCESS(f"已任命：{grant}"))


def _found(organisation: str, role: str) -> tuple[Organisation, Role]:
    """Organisation and role by their keys. Raises NotFound."""
    scope = queries.named(organisation)
    if scope is None:
        raise NotFound(what="机构", key=organisation)
    wanted = Role.objects.filter(key=role).first()
    if wanted is None:
        raise NotFound(what="角色", key=role)
    return scope, wanted
