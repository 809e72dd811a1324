from django.db import migrations

# What was said before nobody kept: the history of who is in the register begins with this day.
KEEP = """
    INSERT INTO officers_officerversion
        (certificate, name, body, organisation_id, kind, valid_to, region, areas, fields, fact_id, since)
    SELECT certificate, name, body, organisation_id, kind, valid_to, region, areas, fields, fact_id,
           (now() AT TIME ZONE 'Asia/Shanghai')::date
    FROM officers_officer
"""


class Migration(migrations.Migration):

    dependencies = [
        ("officers", "0003_officer_versions"),
    ]

    operations = [
        migrations.RunSQL(KEEP, "DELETE FROM officers_officerversion"),
    ]
