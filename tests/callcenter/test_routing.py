"""Which flow a call opens."""

from __future__ import annotations

import pytest

from callcenter.routing.decision import route
from callcenter.site import Site
from callcenter.site_file.published import Published
from tests.callcenter.flow_sites import flow, site

HANG_UP = {"start": {"kind": "goto", "target": "@hangup"}}


def lines_of_two_companies() -> Site:
    return site(
        flow(HANG_UP, "main"),
        flow(HANG_UP, "english", language="en"),
        flow(HANG_UP, "spare"),
        dids=[
            {"number": "95588", "title": "Any line", "flow": "main"},
            {"number": "95588", "title": "On the gateway", "flow": "english", "trunk": "gateway"},
            {"number": "400100", "title": "English on request", "flow": "main", "language": "en"},
        ],
    )


@pytest.mark.req("IVR-2")
@pytest.mark.parametrize(
    ("trunk", "did", "opens", "language", "because"),
    [
        ("e1", "95588", "main", "zh", "number 95588 on any trunk opens flow main"),
        ("gateway", "95588", "english", "en", "number 95588 on trunk gateway opens flow english"),
        ("e1", "400100", "main", "en", "number 400100 on any trunk opens flow main"),
        ("gateway", "000", "spare", "en", "number 000 is not known: trunk gateway falls back to flow spare"),
        (
            "e1",
            "000",
            "main",
            "zh",
            "neither number 000 nor trunk e1 names a flow: the site's first flow is taken",
        ),
        ("", "", "main", "zh", "number  names no flow: the site's first flow is taken"),
    ],
)
def test_a_call_opens_the_flow_of_its_line_and_number(
    trunk: str, did: str, opens: str, language: str, because: str
) -> None:
    assert route(Published(lines_of_two_companies()), trunk, did) == (opens, language, because)


@pytest.mark.req("IVR-2")
def test_a_site_without_flows_gives_an_entry_too() -> None:
    empty = Site(name="empty", title="Empty", timezone="Asia/Shanghai", languages=["zh"])
    assert route(Published(empty), "e1", "95588").flow == ""


@pytest.mark.req("IVR-7")
def test_a_seat_reaches_a_number_whatever_trunk_it_belongs_to() -> None:
    house = site(
        flow(HANG_UP, "main"),
        flow(HANG_UP, "english", language="en"),
        dids=[{"number": "4008001001", "title": "English", "flow": "english", "trunk": "gateway"}],
    )
    entry = route(Published(house), "", "4008001001")
    assert (entry.flow, entry.language) == ("english", "en")
    assert entry.reason == "from inside: the number of trunk gateway is taken and opens flow english"


@pytest.mark.req("RT-7")
def test_a_trunk_that_is_gone_is_not_said_to_be_the_numbers_own() -> None:
    dids = [{"number": "4008001001", "title": "English", "flow": "main", "trunk": "gateway"}]
    entry = route(Published(site(flow(HANG_UP, "main"), dids=dids)), "gone", "4008001001")
    assert entry.reason == "trunk gone is not known: the number of trunk gateway is taken and opens flow main"
