"""Scores: kept, followed up, counted."""
