"""Looks a running installation over: one finding a check, each wrong one with its mend."""
