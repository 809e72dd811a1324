import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('inspections', '0005_stopped_items_and_closed_registers'),
    ]

    operations = [
        migrations.AddField(
            model_name='avoidance',
            name='ended_because',
            field=models.CharField(blank=True, max_length=300, verbose_name='结束理由'),
        ),
        migrations.AddField(
            model_name='avoidance',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='结束人'),
        ),
        migrations.AlterField(
            model_name='avoidance',
            name='ground',
            field=models.CharField(choices=[('kin', '近亲属关系'), ('interest', '直接利害关系'), ('former', '曾在该单位任职或者从业'), ('other', '其他可能影响公正的关系'), ('asked', '当事人申请并经决定')], max_length=10, verbose_name='事由'),
        ),
        migrations.AddConstraint(
            model_name='avoidance',
            constraint=models.CheckConstraint(condition=models.Q(('ended_by__isnull', True), models.Q(('ended_because', ''), _negated=True), _connector='OR'), name='avoidance_ended_with_reason'),
        ),
    ]
