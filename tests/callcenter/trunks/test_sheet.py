"""A gateway's set-up sheet: everything it needs in both languages, and no password."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.errors import HotlineError
from callcenter.site import Site
from callcenter.site.edge import Trunk
from callcenter.site.trunk_check import trunks
from callcenter.trunks.sheet import Where, sheet
from callcenter.trunks.sheet_words import WORDS

pytestmark = pytest.mark.req("GW-2")
HERE = Where("192.0.2.5", 5060, "cn")
LINES = [
    {"kind": "fxo", "port": 2, "number": "02150001002"},
    {"kind": "fxo", "port": 1, "number": "02150001001"},
    {"kind": "fxs", "port": 5, "seat": "porter"},
]


def gateway(connection: dict[str, Any] | None = None, **more: Any) -> Trunk:
    return Trunk.model_validate(
        {
            "name": "analog",
            "title": "Analog",
            "connection": connection or {"by": "registration", "username": "mx8"},
            "channels": 2,
            "gateway": {"make": "newrock_mx", "lines": LINES, **more},
        }
    )


def text(trunk: Trunk, language: str, where: Where = HERE) -> str:
    return "\n".join(
        f"{section.title}\n" + "\n".join(f"{row.name}: {row.value}" for row in section.settings)
        for section in sheet(trunk, where, language)
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_gateway_that_signs_in_is_told_everything(language: str) -> None:
    said = text(gateway(polarity_reversal=True, caller_id="fsk", busy_count=3), language)
    for needed in ("192.0.2.5:5060", "mx8", "hotline secrets show trunk/analog", "450 Hz", "350", "PCMA/20"):
        assert needed in said
    ports = [line for line in said.splitlines() if line.endswith(("02150001001", "02150001002"))]
    assert [line.rpartition(" ")[2] for line in ports] == ["02150001001", "02150001002"]
    assert "hotline secrets show seat/porter" in said
    assert "FSK" in said
    assert ("3 busy tones" if language == "en" else "3 个忙音") in said


def test_a_gateway_that_is_known_by_its_address_has_no_password() -> None:
    said = text(gateway({"by": "address", "hosts": ["192.0.2.9"], "port": 5062}), "en")
    assert "192.0.2.9" in said
    assert "5062" in said
    assert "trunk/analog" not in said.replace("trunks", "")


def test_tones_are_chinas_only_in_china() -> None:
    assert "450 Hz" not in text(gateway(), "en", HERE._replace(country="us"))


def test_every_word_is_there_in_both_languages() -> None:
    assert all(set(word) == {"zh", "en"} and all(word.values()) for word in WORDS.values())


def test_a_trunk_without_a_gateway_has_no_sheet() -> None:
    plain = Trunk.model_validate(
        {"name": "e1", "title": "x", "connection": {"by": "address", "hosts": ["192.0.2.9"]}}
    )
    with pytest.raises(HotlineError, match="e1 has no gateway: give it one"):
        sheet(plain, HERE, "zh")


def problems(trunk: Trunk, **more: Any) -> list[str]:
    plain = {"name": "x", "title": "x", "timezone": "Asia/Shanghai", "languages": ["zh"]}
    site = Site.model_validate({**plain, **more, "trunks": [trunk]})
    return [problem.message for problem in trunks(site)]


def test_what_can_not_be_or_leads_nowhere_is_told() -> None:
    seats = [{"name": "porter", "number": "8001", "title": "x"}]
    dids = [{"number": number, "title": "x", "flow": "main"} for number in ("02150001001", "02150001002")]
    assert problems(gateway(), seats=seats, dids=dids) == []
    assert problems(gateway(), dids=dids) == ["there is no seat porter"]
    assert problems(gateway(), seats=seats, dids=dids[:1]) == [
        "calls on port 2 arrive as 02150001002, and no number of dids takes them"
    ]
    twice = gateway(lines=[LINES[0], LINES[0]])
    assert "port 2 is given twice" in problems(twice, dids=dids)
    greedy = gateway().model_copy(update={"channels": 30})
    assert problems(greedy, seats=seats, dids=dids) == [
        "analog takes 30 calls at once, its gateway has 2 lines"
    ]
    board = gateway({"by": "board", "group": 1})
    assert problems(board, seats=seats, dids=dids) == ["a gateway is connected by registration or by address"]


@pytest.mark.req("GW-3")
def test_only_a_provider_has_an_account_to_show() -> None:
    trunk = Trunk.model_validate(
        {
            "name": "e1",
            "title": "x",
            "connection": {"by": "address", "hosts": ["192.0.2.9"]},
            "caller_id": {"send": "account"},
        }
    )
    assert problems(trunk) == ["e1 has no account at a provider to show: send from or pai"]
