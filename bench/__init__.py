"""Measurements of Hotline: ``make bench`` runs them all. ``docs/benchmarks.md`` holds the last results."""
