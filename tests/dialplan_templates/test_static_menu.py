"""The menu for the minutes without FastAGI: its keys lead where the flow's own keys lead."""

from __future__ import annotations

import pytest

from callcenter.site import Site
from dialplan_templates.static_menu import END, StaticMenu, static_menus
from tests.sample import sample_site

pytestmark = pytest.mark.req("IVR-1")


def compiled(site: Site) -> dict[str, StaticMenu]:
    return {menu.exten: menu for menu in static_menus(site, lambda name, language: f"{language}/{name}")}


@pytest.fixture(scope="module")
def sample() -> dict[str, StaticMenu]:
    return compiled(sample_site())


def press(menus: dict[str, StaticMenu], flow: str, keys: str) -> str:
    """Where a caller who presses these keys comes to."""
    at = f"static_{flow}"
    while at in menus:
        menu = menus[at]
        if menu.keys and not keys:
            return at
        at, keys = (dict(menu.keys)[keys[0]], keys[1:]) if menu.keys else (menu.otherwise, keys)
    return at


@pytest.mark.parametrize(
    ("keys", "queue"),
    [("0", "service"), ("12", None), ("122", "service"), ("21", None), ("23", "faults"), ("3", "english")],
)
def test_the_samples_keys_lead_to_the_queues_they_lead_to_in_the_flow(
    sample: dict[str, StaticMenu], keys: str, queue: str | None
) -> None:
    reached = press(sample, "main", keys)
    assert reached.rpartition("*")[2] == queue if queue else reached in sample


def test_every_target_is_there_and_no_menu_is_there_twice(sample: dict[str, StaticMenu]) -> None:
    site = sample_site()
    assert len(sample) == len(static_menus(site, lambda name, language: "x"))
    ends = {f"queue*{int(queue.record)}*{queue.name}" for queue in site.queues} | {END}
    for menu in sample.values():
        assert {menu.otherwise, *dict(menu.keys).values()} <= sample.keys() | ends


def test_who_chose_english_hears_english() -> None:
    menus = compiled(site_with({"hello": {"kind": "language", "language": "en", "next": "menu"}}))
    chosen = menus[dict(menus["static_main"].keys)["1"]]
    assert chosen.exten == "static_main*menu*en"
    assert chosen.files == ("en/menu",)
    assert dict(chosen.keys)["9"] == chosen.exten


def test_what_is_played_on_the_way_is_heard_and_a_hash_is_a_key() -> None:
    menus = compiled(site_with({"hello": {"kind": "play", "prompts": ["news"], "next": "menu"}}))
    told = menus[dict(menus["static_main"].keys)["1"]]
    assert told.files == ("zh/news", "zh/menu")
    assert dict(told.keys)["9"] == "static_main*menu"
    assert dict(menus["static_main"].keys)["#"] == "queue*0*sales"


@pytest.mark.parametrize("kind", ["voicemail", "collect"])
def test_what_needs_a_program_leads_to_the_operators_queue(kind: str) -> None:
    step = {"voicemail": {"mailbox": "2001"}, "collect": {"prompts": ["menu"], "save": "x", "next": "menu"}}[
        kind
    ]
    menus = compiled(site_with({"hello": {"kind": kind, **step}}))
    assert dict(menus["static_main"].keys)["1"] == "queue*0*sales"


def test_an_endless_circle_of_messages_ends_at_the_operator() -> None:
    menus = compiled(site_with({"hello": {"kind": "play", "prompts": ["news"], "next": "hello"}}))
    assert menus["static_main*hello"].otherwise == "queue*0*sales"


def site_with(steps: dict[str, object]) -> Site:
    """A site whose only menu leads to step ``hello`` by key 1, to itself by 9, to the queue by #."""
    queue = {"kind": "queue", "queue": "sales", "timeout": "@hangup", "full": "@hangup", "nobody": "@hangup"}
    menu = {"kind": "menu", "prompts": ["menu"], "keys": {"1": "hello", "9": "@repeat", "#": "@operator"}}
    flow = {
        "name": "main",
        "title": "Main",
        "language": "zh",
        "start": "menu",
        "operator": "wait",
        "steps": {"menu": menu, "wait": queue, **steps},
    }
    plain = {"name": "x", "title": "x", "timezone": "Asia/Shanghai", "languages": ["zh", "en"]}
    queues = [{"name": "sales", "title": "Sales", "record": False}]
    return Site.model_validate({**plain, "queues": queues, "flows": [flow]})
