"""The database's history as Alembic revisions; ``schema/upgrade.py`` runs them."""
