from django.apps import AppConfig


class ResultsConfig(AppConfig):
    name = "broadsheet.results"
    label = "results"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from broadsheet.catalog.signals import papers_changed
        from broadsheet.results import operators
        from broadsheet.results.receivers import queue_papers

        papers_changed.connect(queue_papers, dispatch_uid="results.queue_papers")
        operators.register_all()
