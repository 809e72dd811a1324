from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inspections', '0004_publications'),
    ]

    operations = [
        migrations.AddField(
            model_name='randomitemversion',
            name='ended_because',
            field=models.CharField(blank=True, max_length=300, verbose_name='停用理由'),
        ),
        migrations.AddField(
            model_name='register',
            name='closed_because',
            field=models.CharField(blank=True, max_length=300, verbose_name='停用理由'),
        ),
        migrations.AddField(
            model_name='register',
            name='closed_on',
            field=models.DateField(blank=True, null=True, verbose_name='停用日期'),
        ),
    ]
