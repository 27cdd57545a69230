from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "broadsheet.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from broadsheet.jobs.housekeeping import register_all

        register_all()
