from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection

from broadsheet.leases import services as leases

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


def test_it_gives_a_lease_to_one_only(now: dt.datetime) -> None:
    assert leases.acquire(name="job", holder="a", seconds=30, now=now)
    assert not leases.acquire(name="job", holder="b", seconds=30, now=now)
    assert leases.acquire(name="other job", holder="b", seconds=30, now=now)


def test_it_gives_a_lease_that_ran_out_to_another(now: dt.datetime) -> None:
    assert leases.acquire(name="job", holder="a", seconds=30, now=now)
    assert leases.acquire(name="job", holder="b", seconds=30, now=now + MINUTE)
    assert not leases.renew(name="job", holder="a", seconds=30, now=now + MINUTE)
    assert not leases.release(name="job", holder="a")
    assert leases.holder_of(name="job") == "b"


def test_it_keeps_a_lease_that_is_renewed(now: dt.datetime) -> None:
    assert leases.acquire(name="job", holder="a", seconds=30, now=now)
    assert leases.renew(name="job", holder="a", seconds=90, now=now)
    assert not leases.acquire(name="job", holder="b", seconds=30, now=now + MINUTE)
    assert leases.acquire(name="job", holder="a", seconds=30, now=now)


def test_it_is_free_after_it_was_given_back(now: dt.datetime) -> None:
    assert leases.acquire(name="job", holder="a", seconds=30, now=now)
    assert leases.release(name="job", holder="a")
    assert leases.acquire(name="job", holder="b", seconds=30, now=now)


def test_it_takes_over_from_a_holder_known_to_be_gone_and_no_other(now: dt.datetime) -> None:
    assert leases.acquire(name="job", holder="a", seconds=30, now=now)
    assert not leases.acquire(name="job", holder="b", seconds=30, now=now, instead_of="c")
    assert leases.acquire(name="job", holder="b", seconds=30, now=now, instead_of="a")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("taken_before", [False, True])
def test_it_gives_a_lease_to_one_of_many_who_ask_at_once(now: dt.datetime, taken_before: bool) -> None:
    if taken_before:
        assert leases.acquire(name="job", holder="gone", seconds=1, now=now - MINUTE)
    together = threading.Barrier(6)
    got: list[str] = []

    def ask(holder: str) -> None:
        together.wait()
        if leases.acquire(name="job", holder=holder, seconds=30, now=now):
            got.append(holder)
        connection.close()

    threads = [threading.Thread(target=ask, args=(f"holder {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1
    assert leases.holder_of(name="job") == got[0]
