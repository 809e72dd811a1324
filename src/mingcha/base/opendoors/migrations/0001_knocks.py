from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Knock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("door", models.CharField(max_length=60, verbose_name="入口")),
                ("who", models.CharField(blank=True, max_length=64, verbose_name="来源")),
                ("hour", models.DateTimeField(verbose_name="时段")),
                ("count", models.PositiveIntegerField(default=0, verbose_name="次数")),
            ],
            options={"verbose_name": "公开入口使用次数"},
        ),
        migrations.AddConstraint(
            model_name="knock",
            constraint=models.UniqueConstraint(fields=("door", "who", "hour"), name="knock_once"),
        ),
        migrations.AddIndex(
            model_name="knock", index=models.Index(fields=["hour"], name="knock_hour")
        ),
    ]
