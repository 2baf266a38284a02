"""The kernel's packet filter: one table of our own. Put in place whole it is what the rows say; one more is one more.

Only SIP and browser phones are closed to a banned address: whoever administers the machine from there still can.
The kernel is told by way of libnftables, in this process: in the time that it takes to start ``nft`` and to exchange
the table a stranger makes dozens of guesses; another element of a set takes a millisecond.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import ipaddress
from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog

from callcenter.errors import HotlineError

log = structlog.get_logger()
TABLE = "hotline_bans"


class Firewall(Protocol):
    """Puts a ruleset in place."""

    def apply(self, ruleset: str) -> None:
        """Raises HotlineError when the kernel refuses it."""
        ...


def ruleset(banned: Mapping[str, int], ports: Sequence[int]) -> str:
    """What ``nft -f -`` takes: our table as it was goes, the new one comes, in one transaction.

    ``banned``: address → whole seconds it still is; the kernel forgets it by itself then.
    """
    sets, rules = [], []
    numbers = ", ".join(str(port) for port in ports)
    for version, family in ((4, "ip"), (6, "ip6")):
        elements = _elements(banned, version)
        sets += [f"  set banned{version} {{", f"    type ipv{version}_addr", "    flags timeout"]
        sets += [f"    elements = {{ {elements} }}"] if elements else []
        sets.append("  }")
        rules.append(
            f"    {family} saddr @banned{version} meta l4proto {{ tcp, udp }} th dport {{ {numbers} }} drop"
        )
    chain = ["  chain input {", "    type filter hook input priority -10; policy accept;", *rules, "  }"]
    table = [f"table inet {TABLE} {{", *sets, *chain, "}"]
    return "\n".join([*_gone(), *table, ""])


def more(banned: Mapping[str, int]) -> str:
    """What adds these addresses to the table that is there."""
    found = {version: _elements(banned, version) for version in (4, 6)}
    return "".join(
        f"add element inet {TABLE} banned{version} {{ {elements} }}\n"
        for version, elements in found.items()
        if elements
    )


def _elements(banned: Mapping[str, int], version: int) -> str:
    found = {each: left for each, left in banned.items() if ipaddress.ip_address(each).version == version}
    return ", ".join(f"{each} timeout {max(1, seconds)}s" for each, seconds in found.items())


def _gone() -> list[str]:
    return [f"add table inet {TABLE}", f"delete table inet {TABLE}"]


class Kernel:
    """libnftables. Needs CAP_NET_ADMIN. Raises OSError where the library is not there."""

    def __init__(self) -> None:
        name = ctypes.util.find_library("nftables")
        if name is None:
            raise OSError("libnftables is not there: apt-get install nftables")
        self._library = ctypes.CDLL(name)
        self._library.nft_ctx_new.restype = ctypes.c_void_p
        self._library.nft_ctx_get_error_buffer.restype = ctypes.c_char_p
        self._context = ctypes.c_void_p(self._library.nft_ctx_new(0))
        self._library.nft_ctx_buffer_output(self._context)
        self._library.nft_ctx_buffer_error(self._context)

    def apply(self, ruleset: str) -> None:
        """Put it in place. Raises HotlineError."""
        if self._library.nft_run_cmd_from_buffer(self._context, ruleset.encode()):
            said = (self._library.nft_ctx_get_error_buffer(self._context) or b"").decode(errors="replace")
            raise HotlineError(f"the kernel refused the rules: {(said.strip() or '?').splitlines()[0]}")


class DryRun:
    """Says what would be done."""

    def apply(self, ruleset: str) -> None:
        """Log it."""
        log.warning("bans.dry_run", nft=ruleset)


def firewall(dry_run: bool = False) -> Firewall:
    """The kernel's, where this process may change it, else a dry run."""
    if dry_run:
        return DryRun()
    try:
        kernel = Kernel()
        kernel.apply("list tables\n")
    except (OSError, HotlineError) as error:
        log.warning("bans.not_enforced", reason=str(error), mend="run it as root, or with CAP_NET_ADMIN")
        return DryRun()
    return kernel
