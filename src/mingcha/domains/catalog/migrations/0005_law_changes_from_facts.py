from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_objections")]
    operations = [
        migrations.AddField(
            model_name="lawchange",
            name="fact_id",
            field=models.BigIntegerField(null=True, verbose_name="来源记录"),
        ),
    ]
