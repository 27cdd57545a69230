from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "broadsheet.search"
    label = "search"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from broadsheet.catalog.signals import papers_changed
        from broadsheet.search import operators  # noqa: F401 -- search's own stand before what other packages bring
        from broadsheet.search.receivers import queue_changes

        papers_changed.connect(queue_changes, dispatch_uid="search.queue_changes")
