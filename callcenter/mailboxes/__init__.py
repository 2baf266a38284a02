"""Mailboxes: who may enter, what is in them."""
