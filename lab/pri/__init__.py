"""E1 boards without hardware: a small virtual machine whose kernel has DAHDI, with pairs of E1 spans wired together."""
