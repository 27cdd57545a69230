"""The pages, and the addresses they stand at."""

from django.contrib.auth.views import LogoutView
from django.urls import path, register_converter

from broadsheet.web.views import ledger, lists, paper, search, site, sources, systems


class PaperReference:
    """Anything that names a paper: a public id with its slash or colon, an identifier, a DOI, a whole address."""

    regex = r".+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(PaperReference, "paper")

urlpatterns = [
    path("", lists.front, name="front"),
    path("papers/date/<str:name>", lists.dated, {"kind": "day"}, name="day"),
    path("papers/week/<str:name>", lists.dated, {"kind": "week"}, name="week"),
    path("papers/month/<str:name>", lists.dated, {"kind": "month"}, name="month"),
    path("papers/<paper:reference>.bib", paper.bibtex, name="paper-bib"),
    path("papers/<paper:reference>/similar", paper.similar, name="similar"),
    path("papers/<paper:reference>", paper.paper, name="paper"),
    path("search", search.results, name="search"),
    path("systems", systems.systems, name="systems"),
    path("systems.json", systems.systems_json, name="systems-json"),
    path("systems.csv", systems.systems_csv, name="systems-csv"),
    path("systems/metrics", systems.metrics, name="metrics"),
    path("systems/metrics.json", systems.metrics_json, name="metrics-json"),
    path("systems/metrics.csv", systems.metrics_csv, name="metrics-csv"),
    path("systems/metrics/<str:key>.json", systems.metric_json, name="metric-json"),
    path("systems/metrics/<str:key>.csv", systems.metric_csv, name="metric-csv"),
    path("systems/metrics/<str:key>", systems.metric, name="metric"),
    path("systems/name/<str:key>.json", systems.system_json_page, name="system-json"),
    path("systems/name/<str:key>.csv", systems.system_csv_page, name="system-csv"),
    path("systems/name/<str:key>", systems.system, name="system"),
    path("sources", sources.sources, name="sources"),
    path("sources.json", sources.sources_json, name="sources-json"),
    path("sources/run", sources.run, name="sources-run"),
    path("ledger", ledger.ledger, name="ledger"),
    path("ledger.json", ledger.ledger_json, name="ledger-json"),
    path("ledger/<str:source>/<str:category>/<str:name>.json", ledger.day_json, name="ledger-day-json"),
    path("ledger/<str:source>/<str:category>/<str:name>", ledger.day, name="ledger-day"),
    path("login", site.Login.as_view(), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("robots.txt", site.robots),
    path("favicon.ico", site.favicon),
]
