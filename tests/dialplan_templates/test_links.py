"""Linked sites in Asterisk's files: links have a context of their own, phones of another site no account here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from callcenter.site import Site
from callcenter.site_file.document import load
from dialplan_templates.context import secret_names
from dialplan_templates.dialplan_check import dialplan_problems
from dialplan_templates.everybody import open_ways
from dialplan_templates.render import render
from tests.dialplan_templates.living import dialplan, living
from tests.dialplan_templates.throwaway import deployment
from tests.sample import SAMPLE

pytestmark = pytest.mark.req("GW-5", "SEC-2")
BEIJING = load(SAMPLE.parent / "two_sites_beijing.yaml")
ALONE = BEIJING.model_copy(
    update={"peers": [], "seats": [seat for seat in BEIJING.seats if seat.site is None]}
)


def sip(site: Site) -> str:
    files = render(site, replace(deployment(Path("/srv/hotline")), secret=lambda name: "x" * 24))
    return "\n".join(text for path, text in sorted(files.items()) if path.startswith("pjsip/"))


def section(text: str, head: str) -> str:
    return text.split(f"\n{head}\n", 1)[1].split("\n[", 1)[0]


def test_calls_of_a_link_enter_by_a_door_of_their_own() -> None:
    link, line = section(sip(BEIJING), "[to_shanghai](trunk)"), section(sip(BEIJING), "[line_bj](trunk)")
    assert "context = hotline_link" in link
    assert "set_var = HL_LINK=1" in link
    assert "hotline_link" not in line
    assert "HL_LINK" not in line


def test_a_phone_of_another_site_is_reached_there_and_signs_in_nowhere() -> None:
    text = sip(BEIJING)
    assert "auth" not in section(text, "[sh6201](far)")
    assert "contact = sip:6201@10.77.0.2:5060" in text
    assert "[sh6201](sign-in)" not in text
    assert "seat/sh6201" not in secret_names(BEIJING)
    assert "identify_by = ip" in section(text, "[far](!)")


@pytest.mark.asterisk
def test_asterisk_takes_the_files_of_linked_sites_and_every_jump_lands() -> None:
    text = "".join(dialplan(BEIJING).values())
    assert "X-Hotline-Sites" in text
    with living(BEIJING) as there:
        assert dialplan_problems(text, there.rx("core show applications")) == []
        assert "hotline_link" in there.rx("pjsip show endpoint to_shanghai")
        assert "sip:6201@10.77.0.2:5060" in there.rx("pjsip show aor sh6201")


def test_a_site_alone_has_nothing_of_it() -> None:
    whole = "".join(dialplan(ALONE).values()) + sip(ALONE)
    for word in ("hotline_link", "HL_LINK", "X-Hotline", "[far]"):
        assert word not in whole


def test_without_fastagi_the_other_sites_numbers_are_reached() -> None:
    (way,) = (way for way in open_ways(BEIJING) if way.pattern == "_62XX")
    assert [(each.trunk, each.before, each.behind) for each in way.tries] == [
        ("to_shanghai", "PJSIP/", "@to_shanghai")
    ]
