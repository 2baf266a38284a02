"""Boards: counted as the drivers count, each model's files golden, and DAHDI's own reader agrees."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from callcenter.errors import HotlineError
from callcenter.site import Site
from callcenter.site.board_check import boards
from callcenter.site.board_lines import board_lines
from callcenter.site.boards import SANGOMA_PORTS
from callcenter.site.edge import Seat
from dialplan_templates.dialplan import DialplanPaths, render_dialplan
from dialplan_templates.render import render
from tests.dialplan_templates.golden import expect
from tests.dialplan_templates.throwaway import deployment

pytestmark = pytest.mark.req("GW-1")
WHERE = deployment(Path("/srv/hotline"))


def sangoma(model: str, **more: Any) -> dict[str, Any]:
    ports = [{"port": port, "group": 1} for port in range(1, SANGOMA_PORTS[model] + 1)]
    return {
        "kind": "sangoma",
        "name": model.lower(),
        "model": model,
        "pci_slot": 4,
        "pci_bus": 2,
        "ports": ports,
        **more,
    }


ANALOG = {
    "kind": "analog",
    "name": "tdm410",
    "channels": [
        {"kind": "fxo", "group": 2, "number": "02150001001"},
        {"kind": "fxo", "group": 2, "caller_id": "none", "polarity_reversal": True},
        {"kind": "fxs", "number": "8101"},
    ],
}
MASTER = {"port": 1, "group": 1, "framing": "nocrc4", "clock": "master", "side": "network"}
PASSED_ON = {"port": 2, "group": 1, "clock": "master", "reference_port": 1}
BOARDS = {
    **{model.lower(): [sangoma(model)] for model in SANGOMA_PORTS},
    "mixed": [
        sangoma("A102", hardware_echo_cancel=False, ports=[MASTER, PASSED_ON]),
        ANALOG,
        sangoma("A101"),
    ],
    "digital": [
        {"kind": "digital", "name": "te2", "ports": [{"port": 1, "group": 1}, MASTER | {"port": 2}]},
        sangoma("A101"),
    ],
}


def site(boards: list[dict[str, Any]]) -> Site:
    trunks = [
        {
            "name": name,
            "title": name,
            "connection": {"by": "board", "group": group},
            "fallback_flow": "welcome",
        }
        for group, name in enumerate(("city", "analog"), start=1)
    ]
    plain = {"name": "x", "title": "x", "timezone": "Asia/Shanghai", "languages": ["zh"]}
    return Site.model_validate({**plain, "trunks": trunks, "boards": boards})


def board_files(boards: list[dict[str, Any]]) -> dict[str, str]:
    files = render(site(boards), WHERE)
    return {path: text for path, text in files.items() if path.startswith("boards/")}


@pytest.mark.parametrize("name", BOARDS)
def test_each_board_is_rendered_as_its_golden_files(name: str) -> None:
    expect(f"boards/{name}", board_files(BOARDS[name]))


@pytest.mark.parametrize("name", BOARDS)
def test_dahdi_reads_every_system_conf(name: str, tmp_path: Path) -> None:
    conf = tmp_path / "system.conf"
    conf.write_text(board_files(BOARDS[name])["boards/system.conf"])
    stand_in = (  # opened before: the file itself may be below /dev
        f"exec 3< {conf} && mount -t tmpfs none /dev && mkdir /dev/dahdi && : > /dev/dahdi/ctl && "
        "exec dahdi_cfg -t -c /proc/self/fd/3"
    )
    done = subprocess.run(["unshare", "-m", "sh", "-c", stand_in], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_trunk_on_a_board_leaves_nothing_in_sip() -> None:
    assert "[city]" not in render(site(BOARDS["a101"]), WHERE)["pjsip/10-trunks.conf"]


def test_channels_run_on_over_the_boards() -> None:
    lines = board_lines(site(BOARDS["mixed"]))
    assert [(line.span, line.voice, line.signalling) for line in lines.e1] == [
        (1, "1-15,17-31", 16),
        (2, "32-46,48-62", 47),
        (4, "66-80,82-96", 81),
    ]
    assert [line.channel for line in lines.analog] == [63, 64, 65]


@pytest.mark.req("GW-2")
def test_analog_lines_are_heard_to_hang_up_and_telephones_dial_inside() -> None:
    files = board_files([ANALOG])
    sections = files["boards/chan_dahdi.conf"].split("\n[")
    first, second, telephone = sections[-3:]
    for line in ("signalling = fxs_ks", "busydetect = yes", "busycount = 4", "busypattern = 350,350"):
        assert line in first
        assert line in second
    assert "cidsignalling = bell\ncidstart = ring" in first
    assert "setvar = HL_DID=02150001001" in first
    assert "usecallerid = no" in second
    assert "hanguponpolarityswitch = yes" in second
    for line in ("signalling = fxo_ks", "context = hotline_telephone", "callerid = 8101"):
        assert line in telephone
    system = files["boards/system.conf"].splitlines()
    assert {"fxsks=1", "fxsks=2", "fxoks=3", "echocanceller=mg2,1", "loadzone=cn"} <= set(system)


@pytest.mark.req("GW-2")
def test_what_telephones_dial_is_whole_when_no_more_keys_come() -> None:
    """A pattern that ends in ! would be whole at the first key, and every number would be its first digit."""
    house = site([ANALOG])
    paths = DialplanPaths("agi://127.0.0.1", "token", "/prompts", "/parts", "/spool")
    entry = render_dialplan(house, paths, lambda name, language: f"/prompts/{name}")[
        "extensions/00-entry.conf"
    ]
    assert "[hotline_telephone]" in entry
    assert "exten => _[+0-9*#].,1," in entry
    assert "8101 = DAHDI/3" in render(house, WHERE)["inside/00-numbers.conf"]


@pytest.mark.req("GW-2")
@pytest.mark.parametrize(
    ("line", "places"),
    [
        ({"kind": "fxo", "group": 2, "caller_id": "dtmf", "caller_id_start": "ring"}, ["caller_id_start"]),
        (
            {"kind": "fxo", "group": 2, "caller_id": "bell", "caller_id_start": "polarity"},
            ["caller_id_start"],
        ),
        ({"kind": "fxo", "group": 2, "caller_id": "dtmf"}, []),
        ({"kind": "fxo", "group": 2, "caller_id": "v23", "caller_id_start": "polarity"}, []),
        ({"kind": "fxo", "group": 2, "number": "02150001001"}, ["number"]),
        ({"kind": "fxs", "number": "8101"}, ["number"]),
        ({"kind": "fxs", "number": "8001"}, ["number"]),
        ({"kind": "fxs", "number": "8102"}, []),
    ],
)
def test_what_an_analog_channel_can_not_be_is_told(line: dict[str, Any], places: list[str]) -> None:
    """It stands behind the telephone 8101, in a house with the seat 8001 and no numbers."""
    board = {"kind": "analog", "name": "tdm", "channels": [{"kind": "fxs", "number": "8101"}, line]}
    house = site([board]).model_copy(update={"seats": [Seat(name="s8001", number="8001", title="x")]})
    assert [problem.path for problem in boards(house)] == [
        ("boards", 0, "channels", 1, key) for key in places
    ]


def test_a_group_without_a_trunk_is_refused() -> None:
    with pytest.raises(HotlineError, match="no trunk is connected by board with group 9"):
        board_lines(site([sangoma("A101", ports=[{"port": 1, "group": 9}])]))


@pytest.mark.parametrize(
    ("ports", "why"),
    [
        ([{"port": 2, "group": 1}], "A101 has 1 ports"),
        ([{"port": 1, "group": 1}, {"port": 1, "group": 1}], "a port is given twice"),
        ([{"port": 1, "group": 1, "reference_port": 2}], "reference_port goes with clock: master"),
    ],
)
def test_a_board_that_can_not_be_is_refused(ports: list[dict[str, Any]], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        site([sangoma("A101", ports=ports)])


def test_the_driver_of_a_digital_board_counts_every_port() -> None:
    with pytest.raises(ValidationError, match="give every port of the board"):
        site([{"kind": "digital", "name": "te2", "ports": [{"port": 2, "group": 1}]}])


@pytest.mark.parametrize("name", ["a102\n[general]", "a102]", "x;y", "x => y"])
def test_a_boards_name_can_not_leave_its_place(name: str) -> None:
    with pytest.raises(ValidationError, match="name"):
        site([sangoma("A101", name=name)])


@pytest.mark.parametrize("title", ["first; second", "城市 = 1", "a\\", "${EXTEN}", "x => y, z"])
def test_a_hostile_title_stays_a_comment(title: str) -> None:
    """Of the trunk: it stands in chan_dahdi.conf, and only in a comment."""
    plain = site(BOARDS["a101"])
    trunks = [trunk.model_copy(update={"title": title}) for trunk in plain.trunks]
    text = render(plain.model_copy(update={"trunks": trunks}), WHERE)["boards/chan_dahdi.conf"]
    before = render(plain, WHERE)["boards/chan_dahdi.conf"]
    changed = [line for line in text.splitlines() if line not in before.splitlines()]
    assert changed
    assert all(line.startswith("; ") for line in changed)
