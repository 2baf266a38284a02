"""A site becomes files: as the golden ones, one change one file, errors that name the field, and fast."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from callcenter.errors import HotlineError
from callcenter.site import Site
from callcenter.site.edge import Seat
from callcenter.site.service import Mailbox, Queue
from dialplan_templates.context import MAX_SHARDS, Deployment, exit_context, shards
from dialplan_templates.render import render
from dialplan_templates.stubs import stubs
from tests.dialplan_templates.golden import expect
from tests.dialplan_templates.throwaway import deployment

WHERE = deployment(Path("/srv/hotline"))
FOLDERS = replace(
    WHERE.directories, modules=Path("/usr/lib/asterisk/modules"), data=Path("/usr/share/asterisk")
)
STANDARD: Deployment = replace(WHERE, directories=FOLDERS)


def seats(number: int) -> list[Seat]:
    return [Seat(name=f"seat_{n}", number=str(10000 + n), title=f"座位 {n}") for n in range(number)]


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


@pytest.mark.req("GW-6")
def test_the_small_site_is_rendered_as_its_golden_files(small_site: Site) -> None:
    expect("small_site", render(small_site, STANDARD))


@pytest.mark.req("GW-6")
def test_the_stubs_are_as_their_golden_files() -> None:
    expect("stubs", stubs(STANDARD))


@pytest.mark.req("GW-4")
def test_one_changed_seat_changes_one_file(small_site: Site) -> None:
    many = seats(2000)
    before = render(small_site.model_copy(update={"seats": many}), STANDARD)
    moved = [many[0].model_copy(update={"title": "moved"}), *many[1:]]
    after = render(small_site.model_copy(update={"seats": moved}), STANDARD)
    assert len(changed(before, after)) == 1


@pytest.mark.parametrize(
    ("number", "files"), [(0, 1), (100, 1), (101, 10), (1001, MAX_SHARDS), (3000, MAX_SHARDS)]
)
def test_seats_fill_no_more_files_than_they_need(number: int, files: int) -> None:
    shared_out = shards(seats(number))
    assert len(shared_out) == files
    assert sum(map(len, shared_out)) == number


def test_the_exit_context_is_named_by_its_keys() -> None:
    assert exit_context(["#", "0", "*"]) == "hotline_exit_hs0"


def test_a_refused_title_is_told_with_file_and_field(small_site: Site) -> None:
    mailbox = Mailbox(number="2001", title="Duty, night")
    with pytest.raises(
        HotlineError, match=r"voicemail/10-mailboxes.conf: site.mailboxes\[2001\].title: 'Duty, night'"
    ):
        render(small_site.model_copy(update={"mailboxes": [mailbox]}), STANDARD)


def test_a_trunk_and_a_seat_of_one_name_are_refused(small_site: Site) -> None:
    seat = Seat(name="provider", number="8009", title="x")
    with pytest.raises(HotlineError, match="provider: the name is given 2 times"):
        render(small_site.model_copy(update={"seats": [seat]}), STANDARD)


def test_a_short_secret_stops_the_rendering(small_site: Site) -> None:
    with pytest.raises(HotlineError, match=r"secret trunk/analog: .* needs 20 to 128 letters"):
        render(small_site, replace(STANDARD, secret=lambda _: "864209"))


@pytest.mark.req("GW-6")
def test_ten_thousand_seats_and_five_hundred_queues_are_rendered_within_a_second(small_site: Site) -> None:
    queues = [Queue(name=f"queue_{n}", title=f"队列 {n}") for n in range(500)]
    big = small_site.model_copy(update={"seats": seats(10_000), "queues": queues})
    began = time.process_time()
    files = render(big, STANDARD)
    spent = time.process_time() - began
    assert sum(text.count("(sign-in)") for text in files.values()) == 10_002
    assert spent < 1.0
