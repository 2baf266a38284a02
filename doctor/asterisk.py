"""Checks of Asterisk itself: which one it is, and whether it runs what the site asks for."""

from __future__ import annotations

import re

from doctor.findings import Finding, Look, few, ok, warning, wrong

SAFE = (22, 10, 1)
"""Earlier releases have published holes."""
SEPARATE_SECONDS = 1.0
"""Clocks further apart than this put events of one call into the wrong order."""
MODULES, MANAGER = "modules/00-base.conf", "manager/00-base.conf"
POWERFUL = frozenset({"system", "command", "config", "all"})
"""Rights with which an account can run commands on the machine."""


def version(look: Look) -> Finding:
    """Asterisk is there, and has no published holes."""
    found = look.app.asterisk_version()
    text = ".".join(map(str, found))
    if not found:
        return wrong("there is no Asterisk", "install Asterisk 22, or run hotline lab up for a private one")
    if found < SAFE:
        return wrong(
            f"Asterisk {text} has published holes", f"upgrade to {'.'.join(map(str, SAFE))} or later"
        )
    return ok(f"Asterisk {text}")


def running(look: Look) -> Finding:
    """Its console answers, and only its own account may speak there."""
    control = look.settings.control
    if look.app.console() is None:
        return wrong(f"no Asterisk answers on {control}", "start it: hotline up, or systemctl start asterisk")
    if control.stat().st_mode & 0o002:
        return wrong(
            f"anybody on this machine may command Asterisk through {control}", f"chmod o-w {control}"
        )
    return ok(f"Asterisk answers on {control}")


def modules(look: Look) -> Finding:
    """Every module the configuration asks for is loaded."""
    wanted = re.findall(r"^load = (\S+)", look.rendered[MODULES], re.MULTILINE)
    loaded = _loaded(look.console.rx("module show"))
    # a busy Asterisk leaves lines of a long list out: what it lacks is asked for by name
    missing = [
        name
        for name in wanted
        if name not in loaded and name not in _loaded(look.console.rx(f"module show like {name}"))
    ]
    if missing:
        return wrong(f"not loaded: {few(missing)}", "install the package they are in and restart Asterisk")
    return ok(f"{len(wanted)} modules loaded")


def _loaded(listed: str) -> set[str]:
    return set(re.findall(r"^(\S+\.so) .*Running", listed, re.MULTILINE))


def manager(look: Look) -> Finding:
    """The manager interface takes our account."""
    members = look.manager.members
    return ok(f"signed in at {look.settings.ami_host}:{look.settings.ami_port}; {len(members)} queue members")


def rights(look: Look) -> Finding:
    """No account of the manager interface may do more than the configuration gives it."""
    meant = _rendered_rights(look.rendered[MANAGER])
    too_much = []
    for name in _live_accounts(look.console.rx("manager show users")):
        has = _live_rights(look.console.rx(f"manager show user {name}"))
        extra = has - meant.get(name, has - POWERFUL)
        if extra:
            too_much.append(f"{name} may {', '.join(sorted(extra))}")
    if too_much:
        return wrong("; ".join(too_much), "take these rights out of operator.d/manager*.conf, reload manager")
    return ok("no manager account may do more than it needs")


def _rendered_rights(text: str) -> dict[str, frozenset[str]]:
    """Each account's write rights, as the configuration gives them."""
    pieces = re.split(r"^\[([^\]]+)\]$", text, flags=re.MULTILINE)
    sections = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    found = {name: re.search(r"^write = (\S*)", body, re.MULTILINE) for name, body in sections.items()}
    return {name: frozenset(match[1].split(",")) for name, match in found.items() if match}


def _live_accounts(answer: str) -> list[str]:
    """Names between the two rules of ``manager show users``."""
    return [line for line in re.split(r"^-+$", answer, flags=re.MULTILINE)[1].split() if line]


def _live_rights(answer: str) -> frozenset[str]:
    found = re.search(r"write perm: (\S+)", answer)
    return frozenset(found[1].split(",")) if found else frozenset()


def clock(look: Look) -> Finding:
    """Asterisk's time and ours agree: the journey of a call is put in order by both."""
    theirs = look.manager.clock
    if theirs is None:
        return warning("Asterisk's manager does not tell the time", "upgrade Asterisk")
    apart = abs(theirs - look.app.clock().timestamp())
    if apart > SEPARATE_SECONDS:
        return wrong(f"Asterisk's clock is {apart:.1f} s from ours", "synchronise both machines by NTP")
    return ok(f"Asterisk's clock is {apart * 1000:.0f} ms from ours")


def live(look: Look) -> Finding:
    """What is live is what the site asks for."""
    plan = look.applier.plan(look.rendered)
    if plan.live is None:
        return wrong("no configuration has been applied", "run hotline apply")
    if not plan.empty:
        files = [*plan.paths, *plan.stubs]
        return warning(
            f"the site differs from what is live: {few(files)}", "see hotline plan, run hotline apply"
        )
    return ok(f"version {plan.live} is live, as the site asks")


def edits(look: Look) -> Finding:
    """Nobody has edited a rendered file."""
    edited = look.applier.plan(look.rendered).edited
    if edited:
        return warning(
            f"edited by hand: {few(edited)}", "move the lines to operator.d/, then hotline apply --over-edits"
        )
    return ok("no rendered file was edited by hand")


def pending(look: Look) -> Finding:
    """No apply was cut short."""
    owed = look.applier.owed()
    if owed:
        return wrong(f"an apply was cut short: {few(owed)} not reloaded", "run hotline apply: it finishes it")
    return ok("every apply was finished")
