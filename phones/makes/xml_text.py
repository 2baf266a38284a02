"""Words in an XML file: quoted, and without what XML can't hold at all."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(value: object) -> str:
    """The value, ready to stand between two tags (XML 1.0, section 2.2)."""
    return escape(_NO_XML.sub("", str(value)))
