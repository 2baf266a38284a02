"""The lines of telephony boards while they are in use: how they are, how they have been, what to look at."""
