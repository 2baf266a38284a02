"""Where a call goes first, and why; what is known of its caller; calls from inside."""
