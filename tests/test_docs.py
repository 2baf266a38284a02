"""What has a name is documented, and what is documented exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agi.routes import ROUTES
from callcenter import channel_variables
from callcenter.manager_events import LISTENED
from callcenter.settings import Settings
from scripts import reference

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/guide/reference.md").read_text("utf-8")
ROOMS = (
    "agi",
    "ami",
    "callcenter",
    "dialplan_templates",
    "doctor",
    "lab",
    "outreach",
    "phones",
    "prompts",
    "recordings",
    "schema",
)
PLACES = (*ROOMS, "cli.py", "README.md", "docs")
OF_CONTAINERS = {"HOTLINE_BASE", "HOTLINE_BIND", "HOTLINE_SITE", "HOTLINE_SITES", "HOTLINE_SUBNET"}
"""Read by the files below docker/, not by the program; docs/guide/docker.md has them."""
MADE_ELSEWHERE = {"HOTLINE_COMPLETE", *OF_CONTAINERS}
"""Besides, click's own: the completion script sets it."""


def documented(heading: str) -> set[str]:
    """The names in the first column of a section's table."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `([^`]+)`", section, re.MULTILINE))


def test_the_page_is_as_the_code_would_write_it() -> None:
    assert reference.page() == PAGE, "run python -m scripts.reference"


def test_every_setting_is_documented_and_described() -> None:
    settings = {f"HOTLINE_{name.upper()}" for name in Settings.model_fields} | reference.ELSEWHERE.keys()
    assert documented("Settings") == settings
    assert all(field.description for field in Settings.model_fields.values())


def test_every_environment_variable_that_code_or_a_page_names_is_documented() -> None:
    found = set(re.findall(r"\bHOTLINE_[A-Z_]*[A-Z]\b", _everything())) - MADE_ELSEWHERE
    assert found <= documented("Settings")


def test_every_channel_variable_is_documented() -> None:
    names = {value for name, value in vars(channel_variables).items() if name.isupper()}
    assert documented("Channel variables") == names


def test_every_channel_variable_of_the_dialplan_is_a_known_one() -> None:
    text = "".join(path.read_text("utf-8") for path in (ROOT / "dialplan_templates").rglob("*.j2"))
    assert set(re.findall(r"\bHL_[A-Z_]+\b", text)) <= documented("Channel variables")


def test_every_event_that_is_listened_to_is_documented() -> None:
    assert documented("Manager events") == set(LISTENED)


def test_every_route_is_documented_and_is_file_and_function() -> None:
    assert documented("FastAGI routes") == {f"agi://…/{name}" for name in ROUTES}
    for name, script in ROUTES.items():
        assert (script.__module__, script.__name__) == (f"agi.scripts.{name}", name)


@pytest.mark.parametrize("name", reference.COMMANDS_IN_ORDER)
def test_every_command_is_documented(name: str) -> None:
    assert any(row.split()[1] == name for row in documented("Commands"))


def _everything() -> str:
    paths = [ROOT / name for name in PLACES if (ROOT / name).exists()]
    files = [path for each in paths for path in ([each] if each.is_file() else each.rglob("*.*"))]
    return "".join(path.read_text("utf-8") for path in files if path.suffix in (".py", ".j2", ".md"))
