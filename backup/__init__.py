"""One file with everything an installation is made of, and the way back from it."""
