"""What the outside sees of Hotline over HTTP: the interface for other programs, and pages for customers."""
