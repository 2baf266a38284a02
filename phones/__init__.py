"""What telephones are told: sheets for people, files for phones, and the HTTPS end that phones fetch theirs from."""
