"""What a message gateway is told, as ``HOTLINE_SMS_FIELDS`` has it: ``mobile={number},content={text},sign=ACME``."""

from __future__ import annotations

NUMBER, TEXT = "{number}", "{text}"


def parse(written: str) -> dict[str, str]:
    """Field → what goes into it: the number, the text, or the word itself. Raises ValueError."""
    fields: dict[str, str] = {}
    for part in written.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not name or not equals or name in fields:
            raise ValueError(f"write FIELD=VALUE,…, each field once, as mobile={NUMBER},content={TEXT}")
        fields[name] = value
    for needed in (NUMBER, TEXT):
        if list(fields.values()).count(needed) != 1:
            raise ValueError(f"one field has to be {needed}, as mobile={NUMBER},content={TEXT}")
    return fields


def filled(fields: dict[str, str], number: str, text: str) -> dict[str, str]:
    """The fields of one message."""
    return {name: {NUMBER: number, TEXT: text}.get(value, value) for name, value in fields.items()}
