"""Real calls through Asterisk and Hotline in containers, and what is left: of them in the books, of the containers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.docker.balance import check
from tests.docker.conftest import Installed
from tests.docker.project import Project, docker
from tests.e2e.until import until

HERE = Path(__file__).parent
OWN = ("asterisk", "agi", "ami", "worker", "web")
SETTLE_SECONDS = 60.0
POSTGRESQL = "postgresql:///hotline?host=/srv/postgres/run&user=hotline"


def calls(project: Project, story: str, count: int) -> dict[str, Any]:
    """Calls of that story, and what SIPp counted."""
    told = project.inside("sipp", "python3", "-", story, str(count), script=HERE / "calls.py")
    found: dict[str, Any] = json.loads(told)
    return found


def books(project: Project) -> dict[str, Any]:
    """What the installation has kept, once every call's row is closed and no recording is unfinished."""

    def settled() -> dict[str, Any] | None:
        found: dict[str, Any] = json.loads(project.inside("ami", "python3", "-", script=HERE / "books.py"))
        at_rest = all(row["state"] == "closed" for row in found["calls"]) and not found["parts"]
        return found if at_rest else None

    found = until(settled, SETTLE_SECONDS, "every call closed and every recording finished")
    assert found is not None
    return found


@pytest.mark.req("OPS-1", "IVR-1")
def test_calls_in_containers_leave_books_that_agree(
    installed: Installed, measured: Callable[[str], None]
) -> None:
    with installed(".loadtest") as project:
        served = calls(project, "served", 4)
        project("stop", "agi")
        static = calls(project, "static", 2)
        project("start", "agi")
        until(lambda: project.unhealthy() == {}, SETTLE_SECONDS, "health of all after FastAGI came back")
        check(books(project), served, static)
        for service in OWN:
            assert_without_rights(project, service)
        assert_comes_back(project)
    slowest = max(caller["static_after"] for caller in static["callers"])
    measured(f"FastAGI's container stopped: static menu {slowest:.1f} s after the call came in")


@pytest.mark.req("OPS-1")
def test_calls_are_kept_in_postgresql_without_a_password(installed: Installed) -> None:
    with installed(".postgres", ".loadtest", HOTLINE_DATABASE_URL=POSTGRESQL) as project:
        served = calls(project, "served", 2)
        check(books(project), served)
        rows = project.inside(
            "postgres", "psql", "-qtAh", "/srv/postgres/run", "hotline", "-c", "SELECT count(*) FROM calls"
        )
        assert rows.strip() == "2"
        stranger = docker(
            *(
                "run",
                "--rm",
                "--network",
                "none",
                "--user",
                "12345",
                "--volumes-from",
                project.container("postgres"),
            ),
            *(
                "hotline-postgres",
                "sh",
                "-c",
                "psql -h /srv/postgres/run -U hotline -c 'SELECT 1' 2>&1 || true",
            ),
        )
        assert "Peer authentication failed" in stranger


@pytest.mark.req("OPS-1")
@pytest.mark.parametrize("image", ["hotline", "hotline-asterisk", "hotline-sipp", "hotline-postgres"])
def test_an_image_holds_no_secret_and_no_data(images: None, image: str) -> None:
    found = docker("run", "--rm", "--network", "none", image, "find", "/srv", "-type", "f")
    assert found == ""
    assert json.loads(docker("inspect", image))[0]["Config"]["User"] not in ("", "root", "0")


def assert_without_rights(project: Project, service: str) -> None:
    """No root, no capability, nothing to be written but volumes."""
    state = project.state(service)
    assert state["HostConfig"]["ReadonlyRootfs"]
    told = project.inside(
        service, "sh", "-c", "id -u; grep CapEff /proc/self/status; touch /usr/x 2>&1 || true"
    )
    uid, rights, refused = told.splitlines()
    assert (uid, rights.split()[1]) == ("5060", "0" * 16)
    assert "Read-only file system" in refused


def assert_comes_back(project: Project) -> None:
    """An Asterisk that dies is started again, and is healthy again; Hotline finds it by itself."""
    project.inside("asterisk", "sh", "-c", "kill -KILL $(cat run/asterisk.pid)", check=False)
    until(lambda: project.state("asterisk")["RestartCount"] == 1, SETTLE_SECONDS, "Asterisk started again")
    until(lambda: project.unhealthy() == {}, SETTLE_SECONDS, "health of all after Asterisk came back")
    project.inside("ami", "hotline", "doctor", "--only", "manager", "--only", "listener", "--only", "members")
