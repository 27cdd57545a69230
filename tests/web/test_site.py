"""What holds on every page: the policy, the errors, the login, the browser's files."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.http import HttpRequest
from django.test import Client, override_settings
from django.urls import path as url_path

from broadsheet.accounts.models import User
from broadsheet.ingest.models import Input, Quarantined
from broadsheet.web.urls import urlpatterns as pages

NOW = dt.datetime(2026, 9, 1, 12, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def broken(request: HttpRequest) -> None:
    raise RuntimeError("secret detail")


urlpatterns = [url_path("broken", broken), *pages]


def check_policy(header: str) -> None:
    assert "default-src 'none'" in header
    assert "unsafe" not in header
    assert "frame-ancestors 'none'" in header


@pytest.mark.parametrize(
    "path", ["/", "/search", "/search?q=x", "/sources", "/login", "/nowhere", "/papers/x", "/robots.txt"]
)
def test_it_sends_the_policy_and_nothing_inline(client: Client, page_of: Callable[..., None], path: str) -> None:
    page_of(3)
    response = client.get(path)
    check_policy(response["Content-Security-Policy"])
    page = response.content.decode()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script>|href=.javascript:", page)
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page.replace('href="https://github.com', ""))


@override_settings(ROOT_URLCONF="tests.web.test_site")
def test_it_keeps_the_policy_and_the_details_to_itself_when_a_page_breaks() -> None:
    response = Client(raise_request_exception=False).get("/broken")
    assert response.status_code == 500
    check_policy(response["Content-Security-Policy"])
    assert "Something went wrong" in response.content.decode()
    assert "secret detail" not in response.content.decode()


def test_it_refuses_a_host_it_does_not_know_with_a_page(client: Client) -> None:
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    check_policy(response["Content-Security-Policy"])
    assert "could not be read" in response.content.decode()


def test_it_refuses_a_form_without_its_token_with_a_page() -> None:
    response = Client(enforce_csrf_checks=True).post("/login", {"username": "a@example.org", "password": "b"})
    assert response.status_code == 403
    assert "The form had expired" in response.content.decode()


def test_it_logs_the_owner_in_whatever_the_case_of_the_address(client: Client) -> None:
    User.objects.create_superuser("owner@example.org", "correct horse battery")
    wrong = client.post("/login", {"username": "owner@example.org", "password": "nope"})
    assert 'role="alert"' in wrong.content.decode()
    right = client.post("/login", {"username": "Owner@Example.ORG", "password": "correct horse battery"})
    assert right.status_code == 302
    assert "Log out" in client.get("/").content.decode()
    assert client.get("/logout").status_code == 405
    client.post("/logout")
    assert "Log in" in client.get("/").content.decode()


def test_it_does_not_send_a_person_who_logs_in_to_another_site(client: Client) -> None:
    User.objects.create_superuser("owner@example.org", "correct horse battery")
    form = {"username": "owner@example.org", "password": "correct horse battery", "next": "https://evil.example/"}
    assert client.post("/login", form)["Location"] == "/"


@pytest.fixture
def bad_input() -> None:
    came = Input.objects.create(
        sha256="0" * 64,
        name="<b>bad</b>.jsonl",
        size=9,
        format="jsonl",
        first_seen=NOW,
        last_seen=NOW,
        read=5,
        quarantined=2,
    )
    for offset, head in ((10, b'{"title": "<script>alert(1)</script>'), (90, b"\x00\xff\x01 binary")):
        Quarantined.objects.create(
            input=came,
            offset=offset,
            length=len(head),
            sha256=b"\x01" * 32,
            head=head,
            reason="It ends early.",
            seen_at=NOW,
        )


@pytest.mark.usefixtures("bad_input")
def test_it_shows_what_came_in_and_keeps_the_bytes_for_the_owner(client: Client) -> None:
    page = client.get("/sources").content.decode()
    assert "&lt;b&gt;bad&lt;/b&gt;.jsonl" in page
    assert "It ends early." in page
    assert "alert(1)" not in page
    assert "not finished" in page
    client.force_login(User.objects.create_user("reader@example.org", "correct horse battery"))
    assert "alert(1)" not in client.get("/sources").content.decode()
    client.force_login(User.objects.create_superuser("owner@example.org", "correct horse battery"))
    page = client.get("/sources").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "000000  00 ff 01 20" in page


def test_it_gives_files_addresses_that_change_with_their_content(client: Client) -> None:
    page = client.get("/").content.decode()
    found = re.search(r'href="(/static/web/broadsheet\.css)\?v=[0-9a-f]{10}"', page)
    assert found
    assert client.get(found[1]).status_code == 200
    assert client.get("/favicon.ico")["Location"].startswith("/static/web/icon.svg?v=")
