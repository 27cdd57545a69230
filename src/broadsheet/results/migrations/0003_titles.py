"""Titles stand beside what was read, so that a table needs no cards; they come with the next reading, which is soon."""

from django.db import migrations, models


def read_anew(apps, schema_editor):
    contributions = apps.get_model("results", "Contribution")
    contributions.objects.update(version=0)


class Migration(migrations.Migration):
    dependencies = [("results", "0002_queue_what_is_there")]

    operations = [
        migrations.AddField("contribution", "title", models.TextField(default=""), preserve_default=False),
        migrations.RunPython(read_anew, migrations.RunPython.noop),
    ]
