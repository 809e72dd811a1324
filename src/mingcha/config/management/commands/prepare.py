"""Make the database ready: tables, rights of the database roles, reference data. Safe to repeat."""

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from mingcha.base.cases.models import PROTECTED as CASES
from mingcha.base.events.models import PROTECTED as EVENTS
from mingcha.base.ledger.models import PROTECTED as LEDGER
from mingcha.base.rules import services as rules
from mingcha.config.database import Protection, grant
from mingcha.domains.catalog.models import PROTECTED as CATALOG
from mingcha.domains.inspections.models import PROTECTED as INSPECTIONS
from mingcha.domains.parties import services as parties
from mingcha.domains.records.models import PROTECTED as RECORDS


class Command(BaseCommand):
    help = "准备数据库：建表、授权、装载行政区划、角色和规则。可以重复执行。"

    def handle(self, **_: object) -> None:
        """Migrate when there is something to migrate, then load what is shipped."""
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0)
            self.stdout.write("数据表已更新")
        written = {**RECORDS, **CATALOG, **INSPECTIONS, **CASES, **EVENTS}
        protected = {table: Protection(app=rights) for table, rights in written.items()}
        grant(protected | {table: Protection(**rights) for table, rights in LEDGER.items()})
        call_command("load_regions")
        call_command("load_roles")
        added = rules.load_shipped()
        self.stdout.write(f"规则已就绪（新增 {added} 条）")
        added = parties.load_authorities()
        self.stdout.write(f"权威来源已就绪（新增 {added} 条）")
