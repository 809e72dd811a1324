"""Consents that no service gave: only a demonstration city from before there was one wrote them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("records", "0001_records")]

    operations = [migrations.RunSQL("DELETE FROM records_consent", migrations.RunSQL.noop)]
