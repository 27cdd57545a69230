"""The ground every test stands on: a home of its own, both databases, a clock that stands still, and the people.

Settings are read once, when Django is first asked for one, and they make the home. So the home must be set before
pytest-django looks: that is why DJANGO_SETTINGS_MODULE stands here and not in pyproject.toml, from where it would be
loaded before any conftest.
"""

from __future__ import annotations

import atexit
import datetime as dt
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.chromium import browser_missing

SETTINGS = "broadsheet.config.settings"


def _own_home() -> Path:
    """A fresh home for this process (an xdist worker is one); of the settings around it only DATABASE_URL holds."""
    from broadsheet.config.options import OPTIONS

    if os.environ.get("DJANGO_SETTINGS_MODULE") and not os.environ.get("BROADSHEET_HOME"):
        # pytest-django has then read the settings already, with the home of whoever runs this.
        pytest.exit("Run the tests without DJANGO_SETTINGS_MODULE in the environment: they would use your own home.", 4)
    home = Path(tempfile.mkdtemp(prefix="broadsheet-tests-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    for name in OPTIONS:
        if name != "DATABASE_URL":
            os.environ.pop(name, None)
    os.environ["BROADSHEET_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    # Playwright's synchronous interface runs an event loop, inside which Django would refuse its database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    return home


HOME = _own_home()


def _set_up_django() -> None:
    """Django, ready before any other conftest imports a model.

    SQLite's test database is a file, so that threads and locks act as they do in life.
    """
    import django
    from django.conf import settings

    for alias, database in settings.DATABASES.items():
        if database["ENGINE"] == "django.db.backends.sqlite3":
            database["TEST"] = {"NAME": str(HOME / f"test-{alias}.sqlite3")}
    # Hashing a password is slow on purpose; the tests make many people.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django.setup()


_set_up_django()


def _give_every_database(item: pytest.Item) -> None:
    """A test that may use the database may use every one there is: which table stands where is the router's matter."""
    marker = item.get_closest_marker("django_db")
    if marker or {"db", "transactional_db"} & set(getattr(item, "fixturenames", ())):
        kept = marker.kwargs if marker else {}
        item.add_marker(pytest.mark.django_db(**{"databases": "__all__", **kept}), append=False)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that drive a browser are skipped where there is none; with CI=true they run, and fail.

    It runs before pytest-django's own, which sorts by the marker.
    """
    for item in items:
        _give_every_database(item)
    browsing = [item for item in items if item.get_closest_marker("browser")]
    if browsing and os.environ.get("CI", "").lower() not in {"1", "true"} and (reason := browser_missing()):
        for item in browsing:
            item.add_marker(pytest.mark.skip(reason=reason))


class CountedQueries:
    """How many queries reached any database inside a `with`."""

    def __init__(self) -> None:
        from django.db import connections
        from django.test.utils import CaptureQueriesContext

        self._captures = [CaptureQueriesContext(connections[alias]) for alias in connections]

    def __enter__(self) -> CountedQueries:
        for capture in self._captures:
            capture.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        for capture in self._captures:
            capture.__exit__(*error)

    @property
    def queries(self) -> list[dict[str, str]]:
        """The captured queries: their `sql` and `time`."""
        return [query for capture in self._captures for query in capture.captured_queries]


@pytest.fixture
def django_assert_max_num_queries() -> Callable[[int], Any]:
    """pytest-django's fixture of this name looks at one database; this one counts the queries to all of them."""

    @contextmanager
    def check(most: int) -> Iterator[CountedQueries]:
        with CountedQueries() as counted:
            yield counted
        shown = "\n".join(query["sql"][:200] for query in counted.queries)
        assert len(counted.queries) <= most, f"{len(counted.queries)} queries where {most} are allowed:\n{shown}"

    return check


@pytest.fixture
def now() -> dt.datetime:
    """The moment at which tests happen (UTC): a Friday in 2026, after every date in the demo's captures."""
    return dt.datetime(2026, 9, 18, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home for a command that runs as a process of its own (pass it as BROADSHEET_HOME or --home)."""
    path = tmp_path / "home"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def process_env(home: Path) -> Iterator[dict[str, str]]:
    """The environment for a command run as a process: an empty home, and an empty database of the suite's kind."""
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    environment["BROADSHEET_HOME"] = str(home)
    url = environment.get("DATABASE_URL")
    if not url:
        yield environment
        return
    import psycopg

    name = f"own_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield {**environment, "DATABASE_URL": f"{url.rpartition('/')[0]}/{name}"}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def seed() -> int:
    """The seed of a soak: SEED from the environment, which `make soak` sets and prints."""
    return int(os.environ.get("SEED") or 1)


@pytest.fixture
def duration() -> float:
    """How many seconds a soak may take: DURATION from the environment."""
    return float(os.environ.get("DURATION") or 60)


@pytest.fixture
def index_home(settings: Any, tmp_path: Path) -> Path:
    """Where this test's index goes: an empty folder, set as SEARCH["PATH"] until the test ends."""
    path = tmp_path / "index"
    settings.SEARCH = {**settings.SEARCH, "PATH": path}
    return path


@pytest.fixture
def make_record() -> Callable[..., Any]:
    """`make_record(title=…, abstract=…)` gives a SourceRecord with sensible values for the rest."""
    from tests.support.records import make_record

    return make_record


@pytest.fixture
def anonymous() -> Any:
    """Somebody who has not logged in."""
    from django.contrib.auth.models import AnonymousUser

    return AnonymousUser()


@pytest.fixture
def reader(db: None) -> Any:
    """Somebody with an account and no rights. The password is `a reader's password`."""
    from broadsheet.accounts.models import User

    return User.objects.create_user("reader@example.org", "a reader's password", name="Rita Reader")


@pytest.fixture
def owner(db: None) -> Any:
    """The person whose site it is. The password is `the owner's password`."""
    from broadsheet.accounts.models import User

    return User.objects.create_superuser("owner@example.org", "the owner's password", name="Olga Owner")


@pytest.fixture(scope="session")
def captures() -> list[Path]:
    """The five saved pages of the demo, by name."""
    found = sorted((Path(__file__).parent.parent / "demo" / "captures").glob("*.txt"))
    assert len(found) == 5
    return found
