"""Asterisk's own configuration files, kept to an include of the live version and of the operator's folder.

Includes are globs: Asterisk rereads those always, a plain one only when size or time changed. A glob must
match, or Asterisk refuses the file; every module's folder has a ``00-base.conf``. What an operator adds in
``operator.d`` comes after ours and is never written by Hotline.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from dialplan_templates.context import Deployment
from dialplan_templates.quoting import Quoted
from dialplan_templates.render import environment

LIVE = "hotline.d"
"""The symlink, beside the stubs, to the version that is live."""

OPERATOR = "operator.d"
"""The operator's own folder: ``operator.d/queues*.conf`` is read after ours."""

MARK = "; Hotline's settings are rendered into"
"""How a stub begins: what begins otherwise is the operator's own."""

STUBS = {
    "extensions.conf": "extensions/*",
    "pjsip.conf": "pjsip/[0-9]*",
    "pjsip_endpoint.conf": "pjsip/{[0-9],endpoints-}*",
    "pjsip_auth.conf": "pjsip/{[0-9],auths-}*",
    "pjsip_aor.conf": "pjsip/{[0-9],aors-}*",
    "queuerules.conf": "queuerules/*",
    "queues.conf": "queues/*",
    "voicemail.conf": "voicemail/*",
    "confbridge.conf": "confbridge/*",
    "musiconhold.conf": "musiconhold/*",
    "features.conf": "features/*",
    "rtp.conf": "rtp/*",
    "cel.conf": "cel/*",
    "cel_custom.conf": "cel_custom/*",
    "cdr.conf": "cdr/*",
    "manager.conf": "manager/*",
    "http.conf": "http/*",
    "logger.conf": "logger/*",
    "indications.conf": "indications/*",
    "modules.conf": "modules/*",
    "chan_dahdi.conf": "boards/chan_dahdi*",
}
"""Asterisk's file → what it includes of the live version."""

AT_START = "sorcery.conf"
"""Read at Asterisk's start only, whatever is reloaded."""

SORCERY = f"""\
{MARK} {LIVE}/; here stands which file holds which kind of SIP object.
; Asterisk reads each file once for every kind that may be in it: thirteen times. With files of their own
; for the kinds that seats are made of, a reload takes half the time.
[res_pjsip]
endpoint = config,pjsip_endpoint.conf,criteria=type=endpoint
auth = config,pjsip_auth.conf,criteria=type=auth
aor = config,pjsip_aor.conf,criteria=type=aor
"""
"""Which file holds what. Asterisk takes one file for each kind, so trunks and operators' own are in all three."""

EMPTY = (
    "ccss.conf",
    "pjproject.conf",
    "res_parking.conf",
    "stasis.conf",
    "udptl.conf",
)
"""Files that Asterisk complains about when they are missing."""


ACL = f"""\
{MARK} {LIVE}/; access lists are your own and go into {OPERATOR}/acl.conf.
; That this includes by a pattern has Asterisk take it for changed at every reload of its access lists, and
; then it reads endpoints again, and nothing else of SIP: a quarter of the time of a whole reload.
#tryinclude {OPERATOR}/acl*.conf
"""
"""Asterisk's access lists: none of ours."""

EMPTY_TEXT = "; Empty on purpose: Asterisk complains when it is missing.\n"


def stubs(where: Deployment) -> dict[str, str]:
    """The files of Asterisk's own folder: name → text. Written once; an apply swaps ``hotline.d`` only."""
    files = {name: _stub(name, wanted) for name, wanted in STUBS.items()}
    files |= dict.fromkeys(EMPTY, EMPTY_TEXT)
    return {**files, AT_START: SORCERY, "acl.conf": ACL, "asterisk.conf": asterisk_conf(where)}


def _stub(name: str, wanted: str) -> str:
    own = (
        name.removesuffix(".conf").partition("_")[0]
        if name.startswith("pjsip")
        else name.removesuffix(".conf")
    )
    return (
        f"{MARK} {LIVE}/; your own go into {OPERATOR}/{own}.conf.\n"
        f"#include {LIVE}/{wanted}.conf\n"
        f"#tryinclude {OPERATOR}/{own}*.conf\n"
    )


def asterisk_conf(where: Deployment) -> str:
    """The one file that can be no stub: before it is read Asterisk knows no folder to include from."""
    digest = hashlib.sha256(where.system_name.encode()).hexdigest()
    entity_id = Quoted("02:" + ":".join(digest[start : start + 2] for start in range(0, 10, 2)))
    return environment().get_template("asterisk.conf.j2").render(where=where, entity_id=entity_id)


def folders(where: Deployment) -> list[Path]:
    """The folders that must exist, and belong to Asterisk's user, before it starts."""
    own = where.directories
    return [own.state, own.state / "keys", own.spool, own.run, own.log, own.log / "cel-custom"]
