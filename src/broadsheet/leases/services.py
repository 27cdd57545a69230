"""Taking, keeping and giving back the right to do a job alone. Each step is one compare-and-set statement, safe on
both databases.
"""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import Q

from broadsheet.leases.models import Lease


def acquire(*, name: str, holder: str, seconds: float, now: dt.datetime, instead_of: str | None = None) -> bool:
    """Take the lease for `seconds` from `now`; False while somebody else holds it.

    A holder that has it already gets it for longer. `instead_of` names a holder known to be gone, whose lease may be
    taken over before it runs out.
    """
    expires_at = now + dt.timedelta(seconds=seconds)
    free = Q(expires_at__lte=now) | Q(holder=holder)
    if instead_of is not None:
        free |= Q(holder=instead_of)
    if Lease.objects.filter(free, name=name).update(holder=holder, expires_at=expires_at):
        return True
    if Lease.objects.filter(name=name).exists():
        return False
    try:
        with transaction.atomic():
            Lease.objects.create(name=name, holder=holder, expires_at=expires_at)
    except IntegrityError:
        return False  # another was first
    return True


def renew(*, name: str, holder: str, seconds: float, now: dt.datetime) -> bool:
    """Keep a lease that is still held; False when another has taken it, and the job must stop."""
    return bool(Lease.objects.filter(name=name, holder=holder).update(expires_at=now + dt.timedelta(seconds=seconds)))


def release(*, name: str, holder: str) -> bool:
    """Give the lease back; False when it was no longer held."""
    return bool(Lease.objects.filter(name=name, holder=holder).delete()[0])


def holder_of(*, name: str) -> str | None:
    """Who holds the lease, also when it has run out; None when nobody does."""
    return Lease.objects.filter(name=name).values_list("holder", flat=True).first()
