"""When a change is small enough for endpoints to be read again alone."""

from __future__ import annotations

import pytest

from dialplan_templates.endpoints import only_endpoints

pytestmark = pytest.mark.req("GW-6")
BEFORE = {
    "pjsip/00-base.conf": "[inside](!)\ntype = endpoint\n",
    "pjsip/endpoints-00.conf": "[one](inside)\naors = one\nallow = alaw\n",
    "pjsip/auths-00.conf": "[one]\npassword = x\n",
}


@pytest.mark.parametrize(
    ("path", "text", "enough"),
    [
        ("pjsip/endpoints-00.conf", "[one](remote)\naors = one\nallow = ulaw\n", True),
        ("queues/10-queues.conf", "[sales]\n", True),
        ("pjsip/endpoints-00.conf", "[one](inside)\naors = two\nallow = alaw\n", False),
        ("pjsip/endpoints-00.conf", "[two](inside)\naors = one\nallow = alaw\n", False),
        ("pjsip/endpoints-00.conf", "", False),
        ("pjsip/auths-00.conf", "[one]\npassword = y\n", False),
        ("pjsip/00-base.conf", "[inside](!)\ntype = endpoint\nallow = alaw\n", False),
    ],
)
def test_only_endpoints_that_stay_and_keep_their_aors_are_enough(path: str, text: str, enough: bool) -> None:
    assert only_endpoints(BEFORE, {**BEFORE, path: text}) is enough
