"""Who may do what: every such question is answered here and nowhere else.

Today there are two kinds of people: anyone, and the owner of the site. Groups and curators join by adding to these
functions;
the pages that ask do not change.
"""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from broadsheet.accounts.models import User

Person = AbstractBaseUser | AnonymousUser


def is_owner(person: Person) -> bool:
    """The person runs this site: logged in, active, and made by `broadsheet owner create`."""
    return isinstance(person, User) and person.is_active and person.is_superuser


def may_read_papers(person: Person) -> bool:
    """Lists, papers and search are open to everyone who reaches the server."""
    return True


def may_see_inputs(person: Person) -> bool:
    """What came in when, and which pieces could not be read and why: open, because it tells how complete the pages
    are.
    """
    return True


def may_see_quarantined_bytes(person: Person) -> bool:
    """The unread bytes themselves may hold anything, private notes too: they are for the owner."""
    return is_owner(person)


def may_run_harvests(person: Person) -> bool:
    """Asking other people's servers now and not when it is due is for the owner, in whose name they are asked."""
    return is_owner(person)


def may_see_alerts(person: Person) -> bool:
    """What needs looking after is told on every page to the person who can look after it; the ledger is open to all."""
    return is_owner(person)
