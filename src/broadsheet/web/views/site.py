"""The pages around the papers: login, and what browsers and robots ask for by themselves."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.templatetags.static import static
from django.views.decorators.cache import cache_control

ROBOTS = "User-agent: *\nDisallow: /search\nDisallow: /login\n"


class Login(LoginView):
    """Django's login; a person who is logged in already goes on to the front page."""

    template_name = "web/login.html"
    extra_context = {"here": "login", "site_name": settings.SITE_NAME}  # Django would put the host there
    redirect_authenticated_user = True


@cache_control(max_age=86400)
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")


@cache_control(max_age=86400)
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask here wherever a page names no icon (plain text, feeds)."""
    return HttpResponsePermanentRedirect(static("web/icon.svg"))
