"""What the compose files promise without an engine: nothing internal is open, nothing has rights, nothing is told."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ruamel.yaml import YAML

from callcenter.settings import Settings
from tests.guide_pages import ROOT, text
from tests.test_docs import OF_CONTAINERS

FOLDER = ROOT / "docker"
FILES = sorted(FOLDER.glob("compose*.yaml"))
INTERNAL = ("5038", "4573", "5432", "8088")
SERVICES = [
    pytest.param(name, service, id=f"{file.name}-{name}")
    for file in FILES
    for name, service in YAML(typ="safe").load(file)["services"].items()
    if "image" in service
]


@pytest.mark.req("OPS-1", "SEC-2")
@pytest.mark.parametrize(("name", "service"), SERVICES)
def test_no_container_has_rights_it_can_do_without(name: str, service: dict[str, Any]) -> None:
    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"] is True
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "pid", "ipc", "devices"} & service.keys()
    assert service.get("network_mode") in (None, "none")


@pytest.mark.req("SEC-2")
@pytest.mark.parametrize(("name", "service"), SERVICES)
def test_only_sip_and_speech_are_published_and_http_to_this_machine_alone(
    name: str, service: dict[str, Any]
) -> None:
    published = service.get("ports", [])
    assert bool(published) == (name in ("asterisk", "web"))
    assert not any(each in port for each in INTERNAL for port in published)
    if name == "web":
        assert all(port.startswith("127.0.0.1:") for port in published)
    else:
        assert all(port.endswith("/udp") for port in published)


@pytest.mark.req("SEC-2")
def test_no_file_names_a_password_or_where_packages_come_from() -> None:
    for file in (path for path in FOLDER.rglob("*") if path.is_file() and "build" not in path.parts):
        found = re.search(r"(?im)^[^#\n]*(?:password|secret) *[=:]|https?://", file.read_text("utf-8"))
        assert found is None, f"{file.name}: {found}"


@pytest.mark.req("OPS-1")
def test_every_variable_is_a_setting_of_the_program_or_on_the_page() -> None:
    page = text("docs/guide/docker.md")
    known = {f"HOTLINE_{name.upper()}" for name in Settings.model_fields}
    used = {name for file in FILES for name in re.findall(r"HOTLINE_[A-Z_]+", file.read_text("utf-8"))}
    assert used <= known | {name for name in OF_CONTAINERS if f"`{name}`" in page}
