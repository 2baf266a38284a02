"""The errors a person sees: one clear sentence that says how to mend it.

Every command prints ``str(error)`` on one line and exits with ``error.exit_code``.
"""

from __future__ import annotations


class HotlineError(Exception):
    """Something the operator can mend; ``str()`` is the whole message."""

    exit_code = 1


class SiteError(HotlineError):
    """The site description is wrong. ``problems`` holds one line each: file:line: key: what, and the mend."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class NotFound(HotlineError):
    """A name or number the operator typed does not exist."""


class ConfigRefused(HotlineError):
    """A rendered configuration failed its check; nothing live was touched."""


class ApplyFailed(HotlineError):
    """The new configuration did not come up as meant; the former one is live again."""


class Unreachable(HotlineError):
    """Asterisk, its manager interface or the database did not answer."""
