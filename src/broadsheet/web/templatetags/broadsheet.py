"""Filters of the pages' templates."""

from __future__ import annotations

from django import template
from django.conf import settings

from broadsheet.lib import formulas
from broadsheet.web.present import source_name

register = template.Library()


@register.filter
def calm(text: str) -> str:
    """Text from outside without signs that would disturb the page around it; still to be escaped."""
    return formulas.calm(text)


@register.filter
def source(slug: str) -> str:
    """A source or format as people call it."""
    return source_name(slug)


@register.simple_tag
def masthead() -> str:
    """The site's name, for the error page that has no context."""
    return str(settings.SITE_NAME)
