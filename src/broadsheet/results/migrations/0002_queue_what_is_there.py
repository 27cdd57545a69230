"""Papers that came before there were results wait to be read like those that come now."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("results", "0001_contributions_and_claims"), ("catalog", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "INSERT INTO results_queuedpaper (paper_id) SELECT id FROM catalog_paper ORDER BY id",
            migrations.RunSQL.noop,
        ),
    ]
