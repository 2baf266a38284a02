"""The rules that span parts of a site, each broken once in the sample."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from callcenter.site import Site
from callcenter.site.check import problems
from callcenter.site.problems import dotted
from tests.sample import SAMPLE, sample_site

SAMPLES = SAMPLE.parent
LANTIAN = sample_site()

Data = dict[str, Any]


def told(break_it: Callable[[Data], object], folder: Path | None = None) -> list[tuple[str, str]]:
    """The errors of the sample after a change: where, what."""
    data = LANTIAN.model_dump(by_alias=True)
    break_it(data)
    found = problems(Site.model_validate(data), folder)
    return [(dotted(problem.path), problem.message) for problem in found if not problem.warning]


def put(*path: str | int, value: object) -> Callable[[Data], None]:
    """A change that sets one value."""

    def change(data: Data) -> None:
        inside: Any = data
        for step in path[:-1]:
            inside = inside[step]
        inside[path[-1]] = value

    return change


def step(flow: int, name: str, key: str, value: object) -> Callable[[Data], None]:
    """A change to a step."""
    return put("flows", flow, "steps", name, key, value=value)


def test_the_sample_has_nothing_wrong() -> None:
    assert told(lambda _: None, SAMPLES) == []


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        (put("queues", 1, "name", value="service"), "queues[1].name",
         "service is there already: give another"),
        (put("languages", value=["zh", "en", "zh"]), "languages[2]", "zh is there already: give another"),
        (put("agents", 1, "number", value="1001"), "agents[1].number", "1001 is there already: give another"),
        (put("seats", 1, "number", value="8001"), "seats[1].number", "8001 is there already: give another"),
        (put("seats", 0, "number", value="1001"), "agents[0].number",
         "1001 is a seat's number: give the agent another"),
        (put("dids", 1, value=LANTIAN.dids[0].model_dump()), "dids[1].number",
         "4008001000 on e1 is there already: give another"),
        (put("dids", 0, value=LANTIAN.dids[2].model_dump()), "dids[2].number",
         "4008001008 on every trunk is there already: give another"),
        (put("seats", 0, "name", value="e1"), "seats[0].name", "e1 is there already: give another"),
        (put("trunks", 2, "connection", "server", value="127.0.0.2"), "trunks[2].connection.server",
         "127.0.0.2 is there already: give another"),
        (put("queues", 0, "members", 1, "agent", value="1001"), "queues[0].members[1].agent",
         "1001 is there already: give another"),
        (put("timezone", value="Asia/Peking"), "timezone",
         "there is no time zone Asia/Peking: give one such as Asia/Shanghai"),
        (put("calendars", 1, "timezone", value="UTC+8"), "calendars[1].timezone",
         "there is no time zone UTC+8: give one such as Asia/Shanghai"),
        (put("dids", 0, "flow", value="mian"), "dids[0].flow", "there is no flow mian; did you mean main?"),
        (put("dids", 0, "trunk", value="pigeon"), "dids[0].trunk",
         "there is no trunk pigeon: add it or mend the name"),
        (put("trunks", 0, "fallback_flow", value="gone"), "trunks[0].fallback_flow",
         "there is no flow gone: add it or mend the name"),
        (put("queues", 0, "music", value="melodie"), "queues[0].music",
         "there is no music melodie; did you mean melody?"),
        (put("queues", 0, "survey", value="x"), "queues[0].survey",
         "there is no survey x: add it or mend the name"),
        (put("queues", 0, "members", 0, "agent", value="77"), "queues[0].members[0].agent",
         "there is no agent 77: add it or mend the name"),
        (put("surveys", 0, "thanks", value="survey_thank"), "surveys[0].thanks",
         "there is no prompt survey_thank; did you mean survey_thanks?"),
        (put("surveys", 0, "why", value={"question": "zzz", "reasons": {"1": "wait"}}),
         "surveys[0].why.question", "there is no prompt zzz: add it or mend the name"),
        (put("surveys", 0, "why", value={"question": "survey_thanks"}), "surveys[0].why",
         "give either reasons or message_seconds"),
        (put("surveys", 0, "questions", value=[{"name": "why", "question": "survey_thanks"}]),
         "surveys[0].questions[0].name", "why is taken: give each question a name of its own"),
        (step(0, "welcome", "prompts", ["welcome", "zzz"]), "flows[0].steps.welcome.prompts[1]",
         "there is no prompt zzz: add it or mend the name"),
        (step(0, "main_menu", "no_input", {"prompt": "zzz"}), "flows[0].steps.main_menu.no_input.prompt",
         "there is no prompt zzz: add it or mend the name"),
        (step(0, "say_due", "after", ["zzz"]), "flows[0].steps.say_due.after[0]",
         "there is no prompt zzz: add it or mend the name"),
        (step(0, "wait_service", "queue", "servise"), "flows[0].steps.wait_service.queue",
         "there is no queue servise; did you mean service?"),
        (step(0, "hours", "calendar", "zzz"), "flows[0].steps.hours.calendar",
         "there is no calendar zzz: add it or mend the name"),
        (step(0, "leave_message", "mailbox", "99"), "flows[0].steps.leave_message.mailbox",
         "there is no mailbox 99: add it or mend the name"),
        (step(3, "ring_manager", "seat", "zzz"), "flows[3].steps.ring_manager.seat",
         "there is no seat zzz: add it or mend the name"),
        (step(4, "ring_mobile", "trunk", "zzz"), "flows[4].steps.ring_mobile.trunk",
         "there is no trunk zzz: add it or mend the name"),
        (step(4, "ask_survey", "survey", "zzz"), "flows[4].steps.ask_survey.survey",
         "there is no survey zzz: add it or mend the name"),
        (step(2, "wait_english", "keys", {"5": "english_menu"}), "flows[2].steps.wait_english.keys.5",
         "key 5 does not leave queue english: add it to the queue's exit_keys"),
        (step(0, "to_english", "language", "fr"), "flows[0].steps.to_english.language",
         "fr is not among the site's languages: zh, en"),
        (put("agents", 0, "languages", value=["fr"]), "agents[0].languages[0]",
         "fr is not among the site's languages: zh, en"),
        (put("prompts", 0, "text", value={}), "prompts[0]", "welcome says nothing: give it text or audio"),
        (put("calendars", 0, "week", "mon", value=["17:30-08:30"]), "calendars[0].week.mon[0]",
         "17:30-08:30 ends before it begins: over midnight, write it on two days"),
        (put("calendars", 0, "week", "mon", value=["08:30-12:00", "11:00-17:00"]), "calendars[0].week.mon[1]",
         "11:00-17:00 begins before 08:30-12:00 has ended: put them in order, apart"),
        (put("calendars", 0, "periods", value={"closed": []}), "calendars[0].periods.closed",
         "closed has a meaning of its own: name the period otherwise"),
        (put("rooms", value=[{"number": "1001", "title": "x"}]), "rooms[0].number",
         "1001 is an agent's number: give the room another"),
        (put("calendars", 0, "exceptions", 1, "first", value="2025-01-01"), "calendars[0].exceptions[1]",
         "2025-01-01 is in 元旦 already: a day has one exception"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_told_at_its_key(change: Callable[[Data], None], where: str, what: str) -> None:
    assert (where, what) in told(change)


def test_two_gateways_never_sign_in_by_one_name() -> None:
    twin = {**LANTIAN.trunks[1].model_dump(), "name": "analog2"}
    found = told(lambda data: data["trunks"].append(twin))
    assert found == [("trunks[3].connection.username", "gw_analog is there already: give another")]


def test_recordings_are_looked_for_beside_the_site_file(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "zh.wav").touch()
    (tmp_path / "en.wav").touch()
    audio = {"zh": "zh.wav", "en": "../en.wav"}
    assert told(put("prompts", 0, "audio", value=audio), site) == [
        ("prompts[0].audio.en", "../en.wav lies outside the site file's folder: move it there")
    ]
    assert told(put("music", 0, "folder", value="songs"), site) == [
        ("music[0].folder", "there is no songs beside the site file")
    ]


def test_a_prompt_lacking_a_language_and_holidays_not_announced_only_warn() -> None:
    data = LANTIAN.model_dump(by_alias=True)
    del data["prompts"][0]["text"]["en"]
    found = problems(Site.model_validate(data))
    assert [(dotted(problem.path), problem.message) for problem in found if problem.warning] == [
        (
            "calendars[0].unannounced_years",
            "the public holidays of 2027 are not announced yet: add them when they are",
        ),
        ("prompts[0]", "welcome is not spoken in en: add its text or audio"),
    ]
