"""How many messages a text takes on a mobile network: 3GPP TS 23.038 (alphabet) and 23.040 (parts)."""

from __future__ import annotations

LINK_ROOM = 60
"""Characters a link is taken for before it is made: https://, a host of 28, /s/ and the token of 22."""
MOST_PARTS = 3
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPED = frozenset("^{}\\[~]|€")
"""Take two places of the alphabet of seven bits."""


def parts(text: str) -> int:
    """So many messages: 160 characters of seven bits or 70 of others in one, 153 or 67 in each of several."""
    if set(text) <= BASIC | ESCAPED:
        return _parts(len(text) + sum(sign in ESCAPED for sign in text), 160, 153)
    return _parts(len(text.encode("utf-16-be")) // 2, 70, 67)


def _parts(length: int, alone: int, each: int) -> int:
    return 1 if length <= alone else -(-length // each)
