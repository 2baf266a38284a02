"""How a script can end before its last line. Each outcome carries its own verdict.

None of them derives from pyst2's exceptions: some of pyst2's verbs catch those, and one of them
(``get_variable``) turns a hang-up into the value ``hangup``.
"""

from __future__ import annotations

from typing import ClassVar, Literal


class Outcome(Exception):
    """Base of all outcomes; ``str()`` says what was seen, and never holds what a caller typed."""

    word: ClassVar[str]
    """Its name in logs and metrics."""
    level: ClassVar[Literal["info", "warning", "error"]] = "error"
    caller_is: ClassVar[Literal["gone", "in the static menu"]] = "in the static menu"
    """Where it leaves the caller: the dialplan's static menu takes whoever is still there."""


class HungUp(Outcome):
    """The caller is gone: the connection ended, HANGUP, ``(hangup)`` in a reply, or 511 dead channel."""

    word = "hung_up"
    level = "info"
    caller_is = "gone"


class CommandFailed(Outcome):
    """Asterisk answered -1 or -2 while the caller is still there: no such file or application."""

    word = "command_failed"


class UnknownCommand(Outcome):
    """510: this Asterisk has no such command."""

    word = "unknown_command"


class UsageError(Outcome):
    """520: the command's arguments were refused; ``str()`` is the usage Asterisk printed."""

    word = "usage_error"


class Unsendable(Outcome):
    """A value that AGI can't carry: CR, LF, NUL, too long, or not a name where a name is needed."""

    word = "unsendable"


class OutOfStep(Outcome):
    """A line that is no reply, or a reply nobody waits for: nothing after it could be trusted."""

    word = "out_of_step"


class ScriptTimeout(Outcome):
    """No reply long after the armed time: Asterisk has frozen, or the network between."""

    word = "timeout"
    level = "warning"


class ServerStopping(Outcome):
    """The server stops and the call did not end in the time allowed."""

    word = "server_stopping"
    level = "warning"
