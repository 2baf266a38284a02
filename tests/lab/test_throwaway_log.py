"""What a throw-away Asterisk says of a configuration, and what it says of where it is."""

from __future__ import annotations

from lab.throwaway import said

LOG = """\
[2026-11-22 15:07:56.298] Asterisk 22.10.1 built by nobody @ there on a Linux
[2026-11-22 15:07:56.394] NOTICE[2153] indications.c: Default country for indication tones: cn
[2026-11-22 15:08:01.000] ERROR[2] res_pjsip.c: Error 120101 'Network is unreachable' sending OPTIONS request to e1
[2026-11-22 15:08:01.000] ERROR[2153] res_pjsip.c: Error 1 'Another' sending OPTIONS request to endpoint e1
"""


def test_a_network_of_its_own_is_no_complaint_about_the_configuration() -> None:
    assert said(LOG) == [
        "NOTICE indications.c: Default country for indication tones: cn",
        "ERROR res_pjsip.c: Error 1 'Another' sending OPTIONS request to endpoint e1",
    ]
