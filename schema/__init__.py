"""Hotline's tables as SQLAlchemy models, sessions on them, and their migrations.

Nothing else may stand here: PyPI has a package of this name, and where it is installed later this one file
becomes its. Everything of ours is in the modules below.
"""
