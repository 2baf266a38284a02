"""Telephones in the site file: what is refused, in words that say how to mend it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from callcenter.site import Site
from callcenter.site.check import problems
from callcenter.site.problems import dotted
from tests.sample import sample_site

MAC = "80:5E:0C:11:22:33"


def told(*seats: dict[str, Any]) -> list[tuple[str, str]]:
    data = sample_site().model_dump(by_alias=True)
    data["seats"] = [{**data["seats"][place], **seat} for place, seat in enumerate(seats)]
    found = problems(Site.model_validate(data))
    return [
        (dotted(problem.path), problem.message)
        for problem in found
        if problem.path[0] == "seats" and not problem.warning
    ]


@pytest.mark.req("GW-4")
def test_a_phone_is_one_seats_however_its_address_is_written() -> None:
    first, second = ({"phone": {"make": "yealink", "mac": mac}} for mac in (MAC, "805e0c-112233"))
    assert told(first) == []
    assert told(first, second) == [
        ("seats[1].phone.mac", "this is the phone of seat s8001: give another address")
    ]


def test_a_browser_has_no_phone_and_encrypts_by_itself() -> None:
    browser = {"kind": "browser", "encryption": "none"}
    assert [where for where, _ in told(browser | {"phone": {"make": "fanvil", "mac": MAC}})] == [
        "seats[0].phone"
    ]
    assert told(browser | {"encryption": "sdes"}) == [
        ("seats[0].encryption", "a browser always encrypts: leave this out")
    ]


def test_a_desk_phone_takes_its_keys_by_sdes() -> None:
    phone = {"make": "grandstream", "mac": MAC}
    assert told({"encryption": "sdes", "phone": phone}) == []
    assert told({"encryption": "dtls", "phone": phone}) == [
        ("seats[0].encryption", "desk phones take their keys by sdes: write sdes, or leave the phone out")
    ]


@pytest.mark.parametrize(
    "mac", ["", "805e0c11223", "805e0c1122334", "80:5e:0c:11:22:3g", "80.5e.0c.11.22.33", "\n"]
)
def test_what_is_no_address_is_refused(mac: str) -> None:
    with pytest.raises(ValidationError):
        told({"phone": {"make": "yealink", "mac": mac}})
