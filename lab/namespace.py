"""A network of its own for one command: the same ports beside a running server, and nobody to be reached.

Works as root and, where the kernel lets users make user namespaces, unprivileged.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from callcenter.errors import HotlineError

_BRING_UP = 'ip link set lo up; for a in $0; do ip addr add "$a" dev lo; done; exec "$@"'


def prefix() -> list[str]:
    """The words that put the command after them into a new network namespace.

    Its loopback carries this machine's own addresses, so that a server bound to one of them binds there too.
    """
    unshare = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-r", "-n"]
    return [*unshare, "sh", "-c", _BRING_UP, " ".join(own_addresses())]


def require_none(networks: Path = Path("/sys/class/net")) -> None:
    """Raises HotlineError where this process has a network besides its loopback: an Asterisk would reach somebody."""
    if others := sorted({path.name for path in networks.iterdir()} - {"lo"}):
        raise HotlineError(
            f"this machine has the network {others[0]}: a configuration is tried where there is none; "
            "set HOTLINE_CHECK_NETWORK=own"
        )


def own_addresses() -> list[str]:
    """This machine's addresses besides loopback, as ``ip addr add`` takes them."""
    shown = subprocess.run(
        ["ip", "-o", "addr", "show", "scope", "global"], capture_output=True, text=True, check=True, timeout=5
    )
    found = [line.split()[3].partition("/")[0] for line in shown.stdout.splitlines()]
    return [f"{address}/128" if ":" in address else f"{address}/32" for address in found]
