"""Which script answers which URL: ``agi://host:port/ivr`` is ``ROUTES["ivr"]``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agi.call import Call

Script = Callable[[Call], None]
"""A plain function that says what to do with one call, top to bottom."""

Routes = Mapping[str, Script]

ROUTES: dict[str, Script] = {}
