"""What each process says of itself at its health end."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator

from callcenter.health.end import BANS, FASTAGI, LISTENER, PHONES, WEB, WORKER, port_of
from callcenter.settings import Settings
from doctor.findings import Finding, Look, NotNow, few, ok, warning, wrong

SECONDS = 3.0
OPTIONAL = (BANS,)
"""A house behind another firewall runs without."""


def ends(look: Look) -> Finding:
    """Every process is alive and ready. Raises NotNow where none tells."""
    if look.settings.health_port is None:
        raise NotNow("no health ends: HOTLINE_HEALTH_PORT is not set")
    silent, troubled, asked = [], [], 0
    for process, worker in expected(look.settings):
        asked += 1
        name = f"{process} {worker}" if worker > 1 else process
        troubles = ask(look.settings, process, worker)
        if troubles is None:
            silent.append(name)
        else:
            troubled += [f"{name}: {part}: {why}" for part, why in troubles.items()]
    if troubled:
        return wrong(f"not ready: {few(troubled)}", "mend what it names; the log of that process says more")
    if set(silent) - {*OPTIONAL}:
        return wrong(
            f"nobody answers for {few(silent)}",
            "see that it runs: hotline up, systemctl status hotline.target",
        )
    if silent:
        return warning(
            f"{few(silent)} does not run", "start it: hotline bans watch, or systemctl start hotline-bans"
        )
    return ok(f"{asked} processes say that they are ready")


def expected(settings: Settings) -> Iterator[tuple[str, int]]:
    """The processes that should be there, with the number of the worker."""
    yield LISTENER, 1
    yield WORKER, 1
    yield BANS, 1
    if settings.phones_port is not None:
        yield PHONES, 1
    if settings.web_port is not None:
        yield WEB, 1
    for worker in range(1, settings.agi_workers + 1):
        yield FASTAGI, worker


def ask(settings: Settings, process: str, worker: int) -> dict[str, str] | None:
    """What keeps a process from its work; None when nobody answers who is that process."""
    port = port_of(settings, process, worker)
    line = http.client.HTTPConnection(settings.health_host, port, timeout=SECONDS)
    try:
        line.request("GET", "/readyz")
        told = json.loads(line.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        line.close()
    return dict(told["troubles"]) if isinstance(told, dict) and told.get("process") == process else None
