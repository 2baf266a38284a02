"""What the tests of this folder share."""

from tests.databases import database, server, sessions

__all__ = ["database", "server", "sessions"]
