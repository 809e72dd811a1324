"""`mingcha load_regions`: the divisions of China."""

from django.core.management.base import BaseCommand

from mingcha.base.people import regions


class Command(BaseCommand):
    """Loads the division codes; may be run again at any time."""

    help = "装载行政区划代码（含已废止代码及其年份）。可重复执行；人工修改过的区划不会被覆盖。"

    def handle(self, **_: object) -> None:
        """Say on stderr what changed."""
        added, changed = regions.load()
        self.stderr.write(self.style.SUCCESS(f"行政区划：新增 {added} 个，更新 {changed} 个。"))
