"""Agents: where they sit, in what state, what they may, what their day was."""
