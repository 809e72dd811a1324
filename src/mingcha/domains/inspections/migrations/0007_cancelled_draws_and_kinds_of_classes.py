from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inspections", "0006_avoidances_declared_beforehand")]

    operations = [
        migrations.AddField(
            model_name="draw",
            name="kept",
            field=models.JSONField(default=dict, verbose_name="取消时留存"),
        ),
        migrations.AddField(
            model_name="publisheddraw",
            name="unseeded",
            field=models.CharField(blank=True, max_length=64, verbose_name="无种子数据包摘要"),
        ),
        migrations.AlterField(
            model_name="publicstatistic",
            name="kind",
            field=models.CharField(
                choices=[
                    ("rates", "违规率推算"),
                    ("classes", "分层和权重抽取频次"),
                    ("districts", "地区抽取频次"),
                    ("trades", "行业抽取频次"),
                    ("pairs", "人员配对频次"),
                ],
                max_length=10,
                verbose_name="种类",
            ),
        ),
    ]
