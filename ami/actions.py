"""The one place where an action for Asterisk's manager interface becomes bytes, and the actions Hotline uses.

A line end inside a value is a second header to Asterisk (a shell command through MixMonitor's ``Command``),
a comma in some values a second argument. So nothing is joined raw: every name is checked, every value refused
or escaped. There is no builder for Command or the configuration actions. The account's rights cannot be the
only guard: Asterisk 22.10 asks the right ``system`` for MixMonitor, and that opens the shell as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from callcenter.errors import HotlineError

Fields = Mapping[str, str | Sequence[str]]

MAX_LINE = 1022
"""Bytes of the longest header line (manager.c reads lines, line end included, into 1,024 bytes)."""

MAX_HEADERS = 128
"""Headers in one action (AST_MAX_MANHEADERS)."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_VARIABLE = re.compile(r"_{0,2}[A-Za-z][A-Za-z0-9_]*")
_EXTEN = re.compile(r"\+?[0-9*#]{1,32}")
_ARGUMENT = re.compile(r"[A-Za-z0-9_./:@+-]+")
_OPTIONS = re.compile(r"(?:[A-Za-z](?:\([A-Za-z0-9_]*\))?)*")
_SPECIAL = re.compile(r'([\\,"()\[\]])')


class ActionRefused(HotlineError):
    """An action that would not reach Asterisk as it was meant; nothing was sent."""


class Action(NamedTuple):
    """What ``PhoneSystem.action`` takes: ``await phone.action(*hangup(channel))``."""

    name: str
    fields: Fields


def encode(name: str, fields: Fields, action_id: str) -> bytes:
    """The bytes of exactly one action. A sequence becomes a repeated header. Raises ActionRefused."""
    headers = [("Action", name), ("ActionID", action_id)]
    for field, value in fields.items():
        if field.lower() in ("action", "actionid"):
            raise ActionRefused(f"field {field!r} may not be set by hand")
        headers += [(field, one) for one in ([value] if isinstance(value, str) else value)]
    if len(headers) > MAX_HEADERS:
        raise ActionRefused(f"{name[:40]!r} has {len(headers)} headers, Asterisk takes {MAX_HEADERS}")
    return b"".join(_line(*header) for header in headers) + b"\r\n"


def _line(name: str, value: str) -> bytes:
    if not _NAME.fullmatch(name):
        raise ActionRefused(f"{name[:40]!r} is no header name")
    if any(character in value for character in "\r\n\0"):
        raise ActionRefused(f"the value of {name} holds a line end or a NUL")
    try:
        line = f"{name}: {value}".encode()
    except UnicodeEncodeError:
        raise ActionRefused(f"the value of {name} is no text") from None
    if len(line) > MAX_LINE:
        raise ActionRefused(f"the value of {name} is {len(line)} bytes long, Asterisk takes {MAX_LINE}")
    return line + b"\r\n"


def ping() -> Action:
    """Is the link alive?"""
    return Action("Ping", {})


def core_status() -> Action:
    """When Asterisk started and was last reloaded."""
    return Action("CoreStatus", {})


def show_channels() -> Action:
    """A list of CoreShowChannel: every channel with its application and bridge."""
    return Action("CoreShowChannels", {})


def status(variables: Sequence[str] = ()) -> Action:
    """A list of Status: every channel, with the values of ``variables`` as repeated ``Variable``."""
    for variable in variables:
        _check(_VARIABLE, variable, "variable")
    return Action("Status", {"Variables": ",".join(variables)} if variables else {})


def channel_status(channel: str) -> Action:
    """A list of one Status: the channel of this name or uniqueid."""
    return Action("Status", {"Channel": channel})


def getvar(channel: str, variable: str) -> Action:
    """A channel's variable; never a dialplan function, some of which reach files and the shell."""
    _check(_VARIABLE, variable, "variable")
    return Action("Getvar", {"Channel": channel, "Variable": variable})


def queue_status(queue: str | None = None) -> Action:
    """A list of QueueParams, QueueMember and QueueEntry, of one queue or of all."""
    return Action("QueueStatus", {} if queue is None else {"Queue": queue})


def dahdi_status() -> Action:
    """A list of DAHDIShowStatus: each span's alarms and error counters."""
    return Action("DAHDIShowStatus", {})


def dahdi_channels() -> Action:
    """A list of DAHDIShowChannels: each channel, with the call on it and its alarm."""
    return Action("DAHDIShowChannels", {})


def pri_spans() -> Action:
    """A list of PRIShowSpans: each D channel."""
    return Action("PRIShowSpans", {})


def device_states() -> Action:
    """A list of DeviceStateChange: every device's state."""
    return Action("DeviceStateList", {})


def queue_add(
    queue: str,
    interface: str,
    *,
    member_name: str,
    state_interface: str,
    penalty: int = 0,
    paused: bool = False,
) -> Action:
    """Log an agent into a queue."""
    fields = {
        "Queue": queue,
        "Interface": interface,
        "MemberName": member_name,
        "StateInterface": state_interface,
    }
    return Action("QueueAdd", fields | {"Penalty": str(penalty), "Paused": str(paused).lower()})


def queue_remove(queue: str, interface: str) -> Action:
    """Log an agent out of a queue."""
    return Action("QueueRemove", {"Queue": queue, "Interface": interface})


def queue_pause(interface: str, *, paused: bool, reason: str = "", queue: str | None = None) -> Action:
    """Pause an agent or end the pause, in one queue or in all."""
    fields = {"Interface": interface, "Paused": str(paused).lower(), "Reason": reason}
    return Action("QueuePause", fields if queue is None else fields | {"Queue": queue})


def queue_penalty(queue: str, interface: str, penalty: int) -> Action:
    """How late an agent is asked in a queue."""
    return Action("QueuePenalty", {"Queue": queue, "Interface": interface, "Penalty": str(penalty)})


def qualify(endpoint: str) -> Action:
    """Ask a phone whether it is there, now. The right ``reporting`` is enough."""
    return Action("PJSIPQualify", {"Endpoint": endpoint})


def originate(
    channel: str,
    *,
    context: str,
    exten: str,
    channel_id: str,
    caller_id: str,
    seconds: int,
    variables: Mapping[str, str] | None = None,
) -> Action:
    """Ring ``channel`` for at most ``seconds``, then send it to ``context,exten,1``.

    Its Uniqueid is ``channel_id``; OriginateResponse tells what became of it. Never an application: that
    would be a way to a shell.
    """
    fields = {
        "Channel": channel,
        "Context": context,
        "Exten": exten,
        "Priority": "1",
        "ChannelId": channel_id,
    }
    fields |= {"CallerID": caller_id, "Timeout": str(seconds * 1000), "Async": "true"}
    return Action("Originate", fields | {"Variable": [_assign(*one) for one in (variables or {}).items()]})


def _assign(variable: str, value: str) -> str:
    """``NAME=value`` for a header that Asterisk splits at commas like an application's arguments."""
    _check(_VARIABLE, variable, "variable")
    escaped = _SPECIAL.sub(r"\\\1", value)
    return f"{variable}={escaped}"


def hangup(channel: str, cause: int = 16) -> Action:
    """End a channel with a Q.850 cause."""
    return Action("Hangup", {"Channel": channel, "Cause": str(cause)})


def redirect(channel: str, *, context: str, exten: str) -> Action:
    """Send a channel to ``context,exten,1``, out of its bridge."""
    return Action("Redirect", {"Channel": channel, "Context": context, "Exten": exten, "Priority": "1"})


def blind_transfer(channel: str, *, context: str, exten: str) -> Action:
    """Send whom ``channel`` talks with to ``context,exten,1``; the channel itself is out."""
    _check(_EXTEN, exten, "number")
    return Action("BlindTransfer", {"Channel": channel, "Context": context, "Exten": exten})


def attended_transfer(channel: str, *, context: str, exten: str) -> Action:
    """Let ``channel`` ring ``exten`` first. Success is no proof: a channel without the right only sends keys.

    Asterisk presses the number's keys; the # tells it that no more come.
    """
    _check(_EXTEN, exten, "number")
    return Action("Atxfer", {"Channel": channel, "Context": context, "Exten": f"{exten}#"})


def cancel_transfer(channel: str) -> Action:
    """End an attended transfer that is under way: back to whom it was about."""
    return Action("CancelAtxfer", {"Channel": channel})


def conference(name: str, room: str = "", channel: str = "") -> Action:
    """One of ConfBridge's own: ``ConfbridgeMute`` and so on, in a room, to a member's channel."""
    fields = {"Conference": room} if room else {}
    return Action(name, fields | ({"Channel": channel} if channel else {}))


def mixmonitor(channel: str, file: str, options: str) -> Action:
    """Record a channel into ``file``. The answer says Success even when the file cannot be opened.

    Asterisk joins file, options and a shell command with commas: both hold plain characters only.
    """
    _check(_ARGUMENT, file, "file")
    _check(_OPTIONS, options, "options")
    return Action("MixMonitor", {"Channel": channel, "File": file, "options": options})


def stop_mixmonitor(channel: str, mixmonitor_id: str) -> Action:
    """Stop one recording of a channel, by the id that option ``i(VARIABLE)`` left in VARIABLE."""
    return Action("StopMixMonitor", {"Channel": channel, "MixMonitorID": mixmonitor_id})


def setvar(channel: str, variable: str, value: str) -> Action:
    """Set a channel's variable; never a dialplan function, some of which reach files and the shell."""
    _check(_VARIABLE, variable, "variable")
    return Action("Setvar", {"Channel": channel, "Variable": variable, "Value": value})


def reload(module: str) -> Action:
    """Reload one module's configuration. Needs a right of its own; Success proves nothing."""
    return Action("Reload", {"Module": module})


def _check(pattern: re.Pattern[str], text: str, what: str) -> None:
    if not pattern.fullmatch(text):
        raise ActionRefused(f"{text[:60]!r} is not allowed as a {what}")
