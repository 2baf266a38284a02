"""Titles that try to break out: refused, or read back equal by Asterisk and an independent reader."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from callcenter.asterisk_console import rx
from callcenter.errors import HotlineError
from callcenter.site import Site
from callcenter.site.edge import Seat, Trunk
from callcenter.site.service import Mailbox, Queue
from dialplan_templates.quoting import MAX_CALLER_NAME, caller_name
from dialplan_templates.render import render
from tests.dialplan_templates.conf_reader import read
from tests.dialplan_templates.conftest import Boot
from tests.dialplan_templates.throwaway import deployment

pytestmark = pytest.mark.req("SEC-2")
WHERE = deployment(Path("/srv/hotline"))
BAIT = [
    "\n[evil]\ntype=endpoint\n",
    ";--",
    "--;",
    "\\;",
    "=>",
    "${SHELL(id)}",
    '"',
    "\\",
    "#include x",
    "&",
    ",",
    "<1>",
    "一号",
    " ",
]
TITLES = st.one_of(
    st.text(st.characters(), min_size=1, max_size=40),
    st.lists(st.one_of(st.sampled_from(BAIT), st.text(max_size=4)), min_size=1, max_size=8).map("".join),
)
NO_FIXTURE_RESET = [HealthCheck.function_scoped_fixture]


def with_titles(site: Site, titles: list[str]) -> Site:
    """A seat for each title that is taken by the typed model and the quoting."""
    seats = []
    for number, title in enumerate(titles):
        with suppress(ValidationError, HotlineError):
            caller_name(title)
            seats.append(Seat(name=f"seat_{number}", number=str(10000 + number), title=title))
    return site.model_copy(update={"seats": seats})


@given(TITLES)
@settings(max_examples=60, deadline=None, suppress_health_check=NO_FIXTURE_RESET)
def test_a_title_anywhere_is_refused_or_changes_no_structure(small_site: Site, title: str) -> None:
    def hostile(text: str) -> Site:
        trunk = small_site.trunks[0]
        return small_site.model_copy(
            update={
                "trunks": [Trunk.model_validate({**trunk.model_dump(), "title": text})],
                "queues": [Queue(name="sales", title=text)],
                "mailboxes": [Mailbox(number="2001", title=text)],
                "seats": [Seat(name="one", number="8001", title=text)],
            }
        )

    try:
        files = render(hostile(title), WHERE)
    except (HotlineError, ValidationError):
        return
    plain = render(hostile("plain"), WHERE)
    for path, text in files.items():
        assert [(header, [key for key, _ in body]) for header, body in read(text)] == [
            (header, [key for key, _ in body]) for header, body in read(plain[path])
        ]


@pytest.mark.asterisk
def test_asterisk_reads_back_every_title_as_it_was_written(boot: Boot, small_site: Site) -> None:
    drawn: list[str] = ["".join(BAIT[1:]), *BAIT]

    @given(TITLES)
    @settings(max_examples=600, phases=[Phase.generate], derandomize=True, database=None)
    def draw(title: str) -> None:
        drawn.append(title)

    draw()
    site = with_titles(small_site, drawn)
    asterisk = boot(site)
    assert asterisk.complaints() == []
    control = asterisk.home / "run/asterisk.ctl"
    for seat in site.seats:
        told = re.search(
            r"^ callerid +: (.*)$", rx(control, f"pjsip show endpoint {seat.name}"), re.MULTILINE
        )
        assert told
        assert as_text(told[1]) == (cut(seat.title), seat.number)
    assert len(site.seats) > 100


def cut(title: str) -> str:
    return title.encode()[:MAX_CALLER_NAME].decode(errors="ignore")


def as_text(caller_id: str) -> tuple[str, str]:
    """Asterisk's ``"name" <number>`` taken apart."""
    found = re.fullmatch(r'"(.*)" <(\d+)>', caller_id)
    assert found, caller_id
    return re.sub(r"\\(.)", r"\1", found[1]), found[2]
