"""A call walked without a call."""
