"""Networks behind routers that translate addresses, on one machine: a namespace each, joined by virtual cables.

The thread that builds them must have left the machine's own network (``tests.e2e.apart.leave_the_network``).
"""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TypeVar

T = TypeVar("T")
CLONE_NEWNET = 0x40000000  # linux/sched.h


class Network:
    """A namespace of its own, for as long as the stack is open; ``HERE`` is the thread's own."""

    def __init__(self, stack: ExitStack) -> None:
        holder = subprocess.Popen(
            ["unshare", "-n", "sh", "-c", "ip link set lo up; echo; exec cat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        stack.callback(holder.communicate)
        assert holder.stdout is not None
        holder.stdout.readline()
        self.pid = holder.pid

    def prefix(self) -> Sequence[str]:
        """The words that run a command in it."""
        return ("nsenter", "-t", str(self.pid), "-n")

    def run(self, *command: str, text: str = "") -> None:
        """Run a command in it."""
        subprocess.run([*self.prefix(), *command], input=text, text=True, check=True, timeout=10)

    def within(self, what: Callable[[], T]) -> T:
        """Do something in it, as opening a socket that stays usable from outside."""

        def entered() -> T:
            handle = os.open(f"/proc/{self.pid}/ns/net", os.O_RDONLY)
            libc = ctypes.CDLL(None, use_errno=True)
            if libc.setns(handle, CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
            os.close(handle)
            return what()

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(entered).result()


def cable(one: tuple[Network | None, str, str], other: tuple[Network | None, str, str]) -> None:
    """Join two networks: each end has a name and an address with its length; None is the thread's own network."""
    names = (one[1], other[1])
    subprocess.run(["ip", "link", "add", names[0], "type", "veth", "peer", "name", names[1]], check=True)
    for network, name, address in (one, other):
        if network is not None:
            subprocess.run(["ip", "link", "set", name, "netns", str(network.pid)], check=True)
        for words in (["addr", "add", address, "dev", name], ["link", "set", name, "up"]):
            prefix = network.prefix() if network is not None else ()
            subprocess.run([*prefix, "ip", *words], check=True)


RULES = """
table ip nat {
    chain in {
        type nat hook prerouting priority -100
        FORWARDED
    }
    chain out {
        type nat hook postrouting priority 100
        oifname "OUTSIDE" masquerade
    }
}
table ip filter {
    chain pass {
        type filter hook forward priority 0; policy drop
        ct state established,related accept
        ct status dnat accept
        iifname != "OUTSIDE" accept
    }
}
"""


def hide(router: Network, outside: str, server: str | None = None) -> None:
    """What leaves the router at ``outside`` has its address; what comes in unasked goes to ``server``, or nowhere."""
    router.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
    forwarded = f'iifname "{outside}" dnat to {server}' if server else ""
    router.run("nft", "-f", "-", text=RULES.replace("OUTSIDE", outside).replace("FORWARDED", forwarded))
