"""The table of all checks, in the order they are told: what stands on something comes after it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from sqlalchemy.exc import SQLAlchemyError

from callcenter.errors import HotlineError
from callcenter.ports import App
from doctor import (
    asterisk,
    boards,
    certificates,
    fastagi,
    files,
    health,
    lines,
    machine,
    ports,
    records,
    surveys,
)
from doctor.findings import Check, Finding, Look, NotNow, wrong
from schema.session import trouble

CHECKS: Mapping[str, Check] = {
    "name": machine.name,
    "clock": machine.clock,
    "disk": files.disk,
    "secrets": files.secrets,
    "certificate": certificates.certificate,
    "ports": ports.reachable,
    "database": records.revision,
    "prompts": files.prompts,
    "holidays": records.holidays,
    "asterisk": asterisk.version,
    "console": asterisk.running,
    "modules": asterisk.modules,
    "manager": asterisk.manager,
    "rights": asterisk.rights,
    "asterisk clock": asterisk.clock,
    "fastagi": fastagi.answers,
    "listener": records.listener,
    "worker": records.worker,
    "health": health.ends,
    "phones": certificates.encrypted,
    "live": asterisk.live,
    "edits": asterisk.edits,
    "pending": asterisk.pending,
    "trunks": lines.trunks,
    "members": records.members,
    "ledger": files.ledger,
    "journal": files.journal,
    "recordings": files.recordings,
    "copies": files.copies,
    "encoders": files.encoders,
    "gaps": records.gaps,
    "boards": boards.lines,
    "links": surveys.links,
}


def examine(app: App, names: Collection[str] = CHECKS) -> Iterator[tuple[str, Finding]]:
    """Each check's name and finding, one after the other; of these ``names`` only."""
    look = Look(app)
    for name, check in CHECKS.items():
        if name in names:
            yield name, _finding(check, look)


def _finding(check: Check, look: Look) -> Finding:
    """A check that fails has found something too."""
    try:
        return check(look)
    except NotNow as error:
        return Finding("skipped", str(error))
    except HotlineError as error:
        return wrong(str(error), "mend what it names, then run hotline doctor again")
    except SQLAlchemyError as error:
        return wrong(trouble(error), "see that the database runs, and hotline db current")
    except OSError as error:
        return wrong(
            f"{error.filename or ''}: {error.strerror}", "see that this account may read and write it"
        )
