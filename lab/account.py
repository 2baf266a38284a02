"""The account that private servers run under: never root.

As root that is ``nobody``; anyone else runs them as oneself. Used by the private Asterisk, its throw-away
checks and the private PostgreSQL.
"""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Account:
    """One system account, by number."""

    uid: int
    gid: int

    @property
    def is_me(self) -> bool:
        """True when a child needs no change of account."""
        return self.uid == os.geteuid()

    def drop_prefix(self) -> list[str]:
        """The command words that make what follows run under this account."""
        if self.is_me:
            return []
        return ["setpriv", f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups", "--"]

    def own(self, folder: Path) -> None:
        """Give ``folder`` and all below it to this account; nothing to do for oneself."""
        for path in (folder, *folder.rglob("*")):
            self.own_one(path)

    def own_one(self, path: Path) -> None:
        """Give this one file or folder to the account; a link itself, never what it points to."""
        if not self.is_me:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def can_enter(self, folder: Path) -> bool:
        """True when the account may pass through every folder down to ``folder`` (of those that exist)."""
        if self.is_me:
            return True
        steps = [step for step in (folder, *folder.parents) if step.exists()]
        return all(_may_pass(step.stat(), self) for step in steps)


def _may_pass(folder: os.stat_result, account: Account) -> bool:
    if folder.st_uid == account.uid:
        return bool(folder.st_mode & stat.S_IXUSR)
    if folder.st_gid == account.gid:
        return bool(folder.st_mode & stat.S_IXGRP)
    return bool(folder.st_mode & stat.S_IXOTH)


def unprivileged() -> Account:
    """``nobody`` for root, oneself otherwise."""
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        return Account(nobody.pw_uid, nobody.pw_gid)
    return Account(os.geteuid(), os.getegid())
