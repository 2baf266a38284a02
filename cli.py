"""Hotline's command line."""
