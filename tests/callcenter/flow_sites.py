"""Sites for the flow tests, written as short as a reader can take in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from callcenter.site import Site

NOON = dt.datetime(2026, 3, 3, 12, 0, tzinfo=dt.UTC)
"""A Tuesday, 20:00 in Shanghai."""

BILINGUAL = [
    "hello",
    "menu",
    "sub",
    "sorry",
    "wrong",
    "ask_pin",
    "your_balance",
    "thanks",
    "bye",
    "leave_word",
]

QUEUE = {"kind": "queue", "queue": "sales", "timeout": "bye", "full": "bye", "nobody": "word"}

OFFICE = {
    "name": "office",
    "title": "Office",
    "timezone": "Asia/Shanghai",
    "week": {day: ["09:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
    "periods": {"lunch": ["12:00-13:00"]},
    "exceptions": [{"first": "2026-10-01", "last": "2026-10-07", "title": "National Day", "closed": True}],
    "unannounced_years": [2027],
}


def flow(steps: dict[str, Any], name: str = "main", start: str = "", language: str = "zh") -> dict[str, Any]:
    """A flow of these steps and an operator in queue sales; it starts at the first."""
    ends = {"operator": {**QUEUE, "nobody": "@hangup"}, "bye": {"kind": "hangup", "prompts": ["bye"]}}
    ends["word"] = {"kind": "voicemail", "mailbox": "8000", "greeting": ["leave_word"]}
    return {
        "name": name,
        "title": name,
        "language": language,
        "start": start or next(iter(steps)),
        "operator": "operator",
        "steps": {**ends, **steps},
    }


def site(*flows: dict[str, Any], **more: Any) -> Site:
    """A bilingual site with these flows; its number 95588 opens the first."""
    data: dict[str, Any] = {
        "name": "test",
        "title": "Test",
        "timezone": "Asia/Shanghai",
        "languages": ["zh", "en"],
        "trunks": [
            _trunk("e1", "127.0.0.2"),
            _trunk("gateway", "127.0.0.3", language="en", fallback_flow=flows[-1]["name"]),
        ],
        "dids": [{"number": "95588", "title": "Hotline", "flow": flows[0]["name"]}],
        "calendars": [OFFICE],
        "prompts": [{"name": name, "text": {"zh": f"{name} 中", "en": f"{name} en"}} for name in BILINGUAL],
        "flows": list(flows),
        "queues": [_queue("sales", survey="satisfaction"), _queue("care")],
        "surveys": [{"name": "satisfaction", "question": "sub", "thanks": "thanks", "wrong_key": "wrong"}],
        "mailboxes": [{"number": "8000", "title": "Front desk"}],
        "seats": [{"name": "a1", "number": "8001", "title": "First"}],
    }
    return Site.model_validate({**data, **more})


def _trunk(name: str, host: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "title": name, "connection": {"by": "address", "hosts": [host]}, **more}


def _queue(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "title": name, "max_wait_seconds": 60, "exit_keys": ["1"], **more}
