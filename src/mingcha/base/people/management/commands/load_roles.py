"""`mingcha load_roles`: the built-in roles."""

from django.core.management.base import BaseCommand

from mingcha.base.people import services


class Command(BaseCommand):
    """Brings the built-in roles in line with config/rights.yaml; may be run again at any time."""

    help = "按 config/rights.yaml 装载内置角色。可重复执行。"

    def handle(self, **_: object) -> None:
        """Say on stderr what changed."""
        changed = services.load_roles()
        self.stderr.write(self.style.SUCCESS(f"内置角色：新增或更新 {changed} 个。"))
