"""A returned call's row has the customer, and the two calls lead to each other."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from callcenter.calls.page import read_page
from callcenter.calls.store import store
from callcenter.queues.virtual_hold import returned_id
from schema.calls import Call
from schema.waiting import KeptPlace
from tests.callcenter.captured_calls import read, records
from tests.databases import Sessions

pytestmark = [pytest.mark.req("ACD-3", "REP-1")]
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
CUSTOMER = "13900001111"
[LEFT] = records(read("left_by_key").ledger)
[SURVEYED] = records(read("survey").ledger)


def place(call_id: str, tries: int) -> KeptPlace:
    times = {"asked_at": NOON, "joined_at": NOON, "next_at": NOON}
    return KeptPlace(
        call_id=call_id, queue="sales", number=CUSTOMER, priority=0, state="done", tries=tries, **times
    )


def test_of_two_tries_each_has_the_customer_as_caller_and_both_calls_show_each_other(
    sessions: Sessions,
) -> None:
    with sessions.begin() as session:
        session.add(place(LEFT.call_id, tries=2))
    with sessions() as session:
        number = session.query(KeptPlace.id).scalar()
    tries = [replace(SURVEYED, call_id=returned_id(number, one), caller="4008001000") for one in (1, 2)]
    with sessions.begin() as session:
        store(session, [LEFT, *tries], {})
    with sessions() as session:
        for one in tries:
            row = session.get(Call, one.call_id)
            assert row is not None
            assert (row.direction, row.caller, row.did) == ("outbound", CUSTOMER, LEFT.did)
            said = [line.text for line in read_page(session, one.call_id).lines() if line.what == "callback"]
            assert f"the place of call {LEFT.call_id} in queue sales: done" in said
        lines = [line.text for line in read_page(session, LEFT.call_id).lines() if line.what == "callback"]
        assert lines == [f"{CUSTOMER} was rung in call {one.call_id}" for one in tries]
        assert [row["call_id"] for row in read_page(session, LEFT.call_id).as_dict()["returned"]] == [
            one.call_id for one in tries
        ]


def test_a_call_whose_id_names_a_place_that_is_gone_is_kept_as_it_is(sessions: Sessions) -> None:
    lonely = replace(SURVEYED, call_id=returned_id(99, 1))
    with sessions.begin() as session:
        store(session, [lonely], {})
    with sessions() as session:
        row = session.get(Call, lonely.call_id)
        assert row is not None
        assert row.caller == SURVEYED.caller
