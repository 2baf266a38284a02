"""Who fails to sign in too often is shut out: from Asterisk's security log into the kernel's packet filter."""
