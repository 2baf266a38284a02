"""Trunks at work: whether they are there, how many calls they carry, when they were away, how a gateway is set up."""
