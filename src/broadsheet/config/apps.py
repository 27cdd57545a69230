from django.apps import AppConfig


class SettingsConfig(AppConfig):
    """No tables; it brings the checks that run at start and with `doctor`."""

    name = "broadsheet.config"
    label = "settings"

    def ready(self) -> None:
        from broadsheet.config import checks  # noqa: F401  (importing registers them)
