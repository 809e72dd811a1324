"""Frequencies are counted another way since: what was counted goes, and the hourly job makes it anew."""

from django.db import migrations

NOTHING = migrations.RunSQL.noop


class Migration(migrations.Migration):
    dependencies = [("inspections", "0007_cancelled_draws_and_kinds_of_classes")]

    operations = [
        migrations.RunSQL(
            "UPDATE inspections_publisheddraw SET classes = '{}', pairs = '{}', simulated = 0", NOTHING
        ),
        migrations.RunSQL(
            "DELETE FROM inspections_publicstatistic WHERE kind IN ('classes', 'pairs')", NOTHING
        ),
    ]
