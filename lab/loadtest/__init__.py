"""Calls by the hundred: who calls and how, when, and what became of it. ``hotline loadtest``."""
