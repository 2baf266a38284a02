"""Calls as they are kept: rows, pages, and the tasks they leave."""
