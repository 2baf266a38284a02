"""Dashboard and alert rules ask for what is really told, in words that Prometheus understands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import promql_parser
import pytest
from ruamel.yaml import YAML

from tests.guide_pages import ROOT
from tests.ops.conftest import PROCESSES, House

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("health"), pytest.mark.req("OPS-3")]
OPS = ROOT / "ops"
OTHERS = {"up", "process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"}
"""Prometheus's own, and its client's."""


def rules() -> list[dict[str, Any]]:
    tree = YAML(typ="safe").load(OPS / "prometheus/hotline-alerts.yml")
    return [rule for group in tree["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    board = json.loads((OPS / "grafana/hotline.json").read_text("utf-8"))
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def asked() -> Iterator[tuple[str, str]]:
    """Who asks, and what."""
    for rule in rules():
        yield rule["alert"], rule["expr"]
    for panel in panels():
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def metrics_of(expression: str) -> dict[str, set[str]]:
    """The metrics a query reads, with the labels it looks at."""
    found: dict[str, set[str]] = {}

    def visit(node: Any) -> bool:
        if isinstance(node, promql_parser.VectorSelector):
            found.setdefault(node.name, set()).update(each.name for each in node.matchers.matchers)
        return True

    promql_parser.walk(promql_parser.parse(expression), visit)
    return found


@pytest.fixture(scope="module")
def told(house: House) -> set[str]:
    """The names of all samples that the processes may tell."""
    names = set()
    for process in PROCESSES:
        for line in house.ask(process, "/metrics")[1].splitlines():
            if line.startswith("# TYPE "):
                name, kind = line.split()[2:]
                names.add(f"{name}_total" if kind == "counter" and not name.endswith("_total") else name)
    return names


@pytest.mark.parametrize(("who", "expression"), list(asked()))
def test_what_is_asked_for_is_told(who: str, expression: str, told: set[str]) -> None:
    wanted = metrics_of(expression)
    assert wanted, who
    assert wanted.keys() <= told | OTHERS, who
    assert set().union(*wanted.values()) <= {"job", "outcome", "state"}, who


def test_everything_told_is_on_the_dashboard(told: set[str]) -> None:
    shown = {name for panel in panels() for each in panel["targets"] for name in metrics_of(each["expr"])}
    assert {name for name in told if name.startswith("hotline_")} == {
        name for name in shown if name.startswith("hotline_")
    }


def test_every_alert_says_what_is_wrong_and_what_mends_it() -> None:
    assert len({rule["alert"] for rule in rules()}) == len(rules()) >= 15
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket"), rule["alert"]
        assert {"summary", "mend"} <= rule["annotations"].keys(), rule["alert"]
