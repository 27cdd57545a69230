"""Who may do what."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils.functional import SimpleLazyObject

from broadsheet.accounts import access
from broadsheet.accounts.models import User


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (AnonymousUser(), False),
        (User(email="reader@example.org"), False),
        (User(email="owner@example.org", is_superuser=True), True),
        (User(email="gone@example.org", is_superuser=True, is_active=False), False),
        (SimpleLazyObject(lambda: User(email="owner@example.org", is_superuser=True)), True),
    ],
)
def test_it_lets_only_the_owner_see_what_could_not_be_read(person: access.Person, expected: bool) -> None:
    assert access.is_owner(person) is expected
    assert access.may_see_quarantined_bytes(person) is expected
    assert access.may_read_papers(person)
    assert access.may_see_inputs(person)
