"""Who is signed in, read from what a real console said."""

from __future__ import annotations

from callcenter.signed_in import Contact, contacts

KEPT = """\
/registrar/contact/p7504;@e2dbe44eb744f457d3196c74e150760e: {"via_addr":"192.168.77.10","endpoint":"p7504",\
"uri":"sip:p7504-0x5638@198.51.100.2:35500;x-ast-orig-host=192.168.77.10:35500","user_agent":"baresip v1.0.0"}
/registrar/contact/p7506;@b98486efe8bee4335f85b54290233f61: {"via_addr":"192.168.77.10","endpoint":"p7506",\
"uri":"sip:p7506-0x5646@198.51.100.2:33768;transport=TLS;x-ast-orig-host=192.168.77.10:35601","user_agent":""}
2 results found.
"""
STATES = """\
  Contact:  <Aor/ContactUri..............................> <Hash....> <Status> <RTT(ms)..>
==========================================================================================
  Contact:  e1/sip:127.0.0.2:5060                          067c650437 NonQual        -nan
  Contact:  p7504/sip:p7504-0x5565e234ba30@198.51.100.2:35 e2dbe44eb7 Avail         1.161
  Contact:  p7506/sip:p7506-0x55871f3918d0@198.51.100.2:52 b98486efe8 Unavail        -nan
"""


def test_each_phone_has_its_own_address_way_state_and_software() -> None:
    assert contacts(KEPT, STATES) == {
        "p7504": Contact("198.51.100.2:35500", "udp", True, "baresip v1.0.0"),
        "p7506": Contact("198.51.100.2:33768", "tls", False, ""),
    }


def test_nobody_is_signed_in_at_first() -> None:
    assert contacts("0 results found.\n", "No objects found.\n") == {}
