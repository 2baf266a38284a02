"""The HTTP interface for other programs: everything below ``/api``, by key."""
