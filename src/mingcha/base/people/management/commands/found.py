"""`mingcha found`: plant the root of the tree of organisations."""

import argparse

from django.core.management.base import BaseCommand, CommandError

from mingcha.base.errors import MingchaError
from mingcha.base.people import services
from mingcha.base.people.models import Organisation
from mingcha.base.people.services import Body


class Command(BaseCommand):
    """Plants a root; everything below it is made on pages."""

    help = "建立根机构（本级人民政府）。之后用 mingcha appoint 任命第一位数据局管理员，其余在页面上办理。"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """What it is called and where it is."""
        parser.add_argument("code", help="机构标识，如 310000-gov")
        parser.add_argument("name", help="机构全称，如 某市人民政府")
        parser.add_argument("--region", required=True, help="行政区划代码，如 310000")
        parser.add_argument("--level", default="3", help="行使层级代码：1 国家 … 5 乡镇，默认 3")

    def handle(self, *, code: str, name: str, region: str, level: str, **_: object) -> None:
        """Say what was made."""
        kind = Organisation.Kind.GOVERNMENT.value
        try:
            made = services.found(Body(code=code, name=name, kind=kind, level=level, region=region))
        except MingchaError as refusal:
            raise CommandError(refusal.as_line()) from refusal
        self.stderr.write(self.style.SUCCESS(f"已建立根机构：{made}"))
