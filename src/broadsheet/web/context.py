"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from broadsheet.accounts import access
from broadsheet.ingest import queries
from broadsheet.ingest.sources import HARVESTED

# In the footer of every page, each line once.
ATTRIBUTIONS = tuple(dict.fromkeys(one.about.rights.attribution for one in HARVESTED if one.about.rights.attribution))


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's name, for the masthead and the titles; what sources ask to be said; and, for the owner, what needs
    looking after.
    """
    person = getattr(request, "user", None)
    told = person is not None and access.may_see_alerts(person)
    return {
        "site_name": settings.SITE_NAME,
        "attributions": ATTRIBUTIONS,
        "owner_alerts": queries.open_alerts()[:5] if told else [],
    }
