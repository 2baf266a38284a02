"""What Prometheus itself makes of the shipped files: its own check, its own rule tests, a server that scrapes us."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from callcenter.health.end import FASTAGI, PLACES, port_of
from callcenter.settings import Settings
from tests.e2e.until import until
from tests.ops.alert_cases import CASES, Case
from tests.ops.conftest import PROCESSES, SECONDS, House
from tests.ops.test_prometheus import OPS, asked, rules

RULES, SCRAPE = OPS / "prometheus/hotline-alerts.yml", OPS / "prometheus/scrape.yml"
FIRST_PORT = 9461
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("health"),
    pytest.mark.req("OPS-3"),
    pytest.mark.skipif(
        not (shutil.which("promtool") and shutil.which("prometheus")),
        reason="not installed: prometheus; run scripts/setup",
    ),
]


def promtool(*words: str) -> str:
    """What it prints. AssertionError when it finds fault."""
    done = subprocess.run(["promtool", *words], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_promtool_finds_no_fault_with_the_files() -> None:
    assert f"{len(rules())} rules found" in promtool("check", "rules", str(RULES))
    promtool("check", "config", str(SCRAPE))


def test_the_scrape_file_has_every_processs_port() -> None:
    settings = Settings(health_port=FIRST_PORT)
    told = {(target.labels["process"], target.port) for target in targets()}
    assert (FASTAGI, port_of(settings, FASTAGI, 2)) in told
    assert told <= {(process, port_of(settings, process)) for process in PLACES} | {
        (FASTAGI, port_of(settings, FASTAGI, 2))
    }
    assert {process for process, _ in told} >= set(PROCESSES)


class Target:
    """One of the file's: a port and its labels."""

    def __init__(self, tree: Mapping[str, Any]) -> None:
        [address] = tree["targets"]
        self.port = int(address.rpartition(":")[2])
        self.labels: dict[str, str] = dict(tree["labels"])


def targets() -> list[Target]:
    [job] = YAML(typ="safe").load(SCRAPE)["scrape_configs"]
    return [Target(each) for each in job["static_configs"]]


# ── each alert, on data ──────────────────────────────────────────────────────


def test_every_alert_has_its_data() -> None:
    assert {case.alert for case in CASES} == {rule["alert"] for rule in rules()}


def expected(case: Case) -> dict[str, Any]:
    """The alert as it must be told, its labels put into its sentences."""
    [rule] = [rule for rule in rules() if rule["alert"] == case.alert]

    def put_in(text: str) -> str:
        return re.sub(r"{{ \$labels\.(\w+) }}", lambda found: case.labels[found[1]], text)

    return {
        "exp_labels": {**rule["labels"], **case.labels},
        "exp_annotations": {name: put_in(text) for name, text in rule["annotations"].items()},
    }


def group(case: Case, series: Mapping[str, str], fires: bool) -> dict[str, Any]:
    """A test as promtool reads it; what comes before the half of its time is not looked at."""
    look = {"eval_time": f"{case.minute}m", "alertname": case.alert}
    return {
        "interval": "30s",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": [{**look, "exp_alerts": [expected(case)] if fires else []}],
    }


@pytest.mark.parametrize("fires", [True, False], ids=["fires", "quiet"])
def test_an_alert_fires_on_its_data_and_on_nothing_like_it(fires: bool, tmp_path: Path) -> None:
    groups = [group(case, case.fires if fires else case.quiet, fires) for case in CASES]
    file = tmp_path / "alerts.json"
    file.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "30s", "tests": groups}))
    promtool("test", "rules", str(file))


# ── a server ─────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def server(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus with the shipped files, that looks at the house's processes every second; its address."""
    folder = tmp_path_factory.mktemp("prometheus")
    shutil.copy(RULES, folder)
    text = SCRAPE.read_text().replace("scrape_interval: 15s", "scrape_interval: 1s")
    for target in targets():
        moved = (house.settings.health_port or 0) + target.port - FIRST_PORT
        text = text.replace(f"127.0.0.1:{target.port}", f"127.0.0.1:@{moved}")
    text = "".join(
        line for line in text.replace(":@", ":").splitlines(keepends=True) if not beyond(house, line)
    )
    (folder / "prometheus.yml").write_text(f"global: {{evaluation_interval: 1s}}\n{text}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen([*command, f"--web.listen-address={address}"], stdout=log, stderr=log)
    try:
        until(lambda: has_come_up(address), SECONDS, f"Prometheus; see {folder}/log")
        yield address
    finally:
        running.terminate()
        running.wait(SECONDS)


def beyond(house: House, line: str) -> bool:
    """A second worker of FastAGI: the house has one."""
    return f":{port_of(house.settings, FASTAGI, 2)}" in line


def api(address: str, path: str, **asked_for: str) -> Any:
    """The data of an answer. Raises urllib.error.HTTPError for a query that is none."""
    query = urllib.parse.urlencode(asked_for)
    with urllib.request.urlopen(f"http://{address}/api/v1/{path}?{query}", timeout=SECONDS) as answer:
        told = json.loads(answer.read())
    assert (told["status"], told.get("warnings")) == ("success", None), told
    return told["data"]


def has_come_up(address: str) -> bool:
    try:
        return bool(api(address, "query", query="up"))
    except OSError:
        return False


def test_a_prometheus_hears_every_process(house: House, server: str) -> None:
    def up() -> bool:
        found = api(server, "query", query='up{job="hotline"} == 1')["result"]
        return {each["metric"]["process"] for each in found} == set(PROCESSES)

    until(up, SECONDS, "every process is scraped")


def test_it_answers_every_question_of_dashboard_and_alerts(server: str) -> None:
    for who, expression in asked():
        assert api(server, "query", query=expression)["resultType"] == "vector", who


def test_it_finds_no_fault_with_an_alert_and_tells_what_is_wrong_here(house: House, server: str) -> None:
    def evaluated() -> bool:
        [found] = api(server, "rules")["groups"]
        return {rule["health"] for rule in found["rules"]} == {"ok"} and len(found["rules"]) == len(rules())

    until(evaluated, SECONDS, "every alert was looked at")

    def pending() -> bool:
        found = api(server, "alerts")["alerts"]
        return "HotlineAsteriskAway" in {each["labels"]["alertname"] for each in found}

    until(pending, SECONDS, "that no Asterisk is there")
