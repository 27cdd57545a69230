from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "broadsheet.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from broadsheet.jobs import harvests, housekeeping, results

        housekeeping.register_all()
        harvests.register_all()
        results.register_all()
