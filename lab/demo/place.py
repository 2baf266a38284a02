"""Where the demo lives: a home below the usual one, and ports that ``hotline up`` does not use."""

from __future__ import annotations

from pathlib import Path

from callcenter.settings import Settings

PORTS = {
    "sip_port": 31060,
    "ami_port": 31038,
    "agi_port": 31573,
    "http_port": 31088,
    "rtp_first": 31600,
    "rtp_last": 31799,
}


def settings(usual: Settings) -> Settings:
    """The demo's settings: embedded database, its own Asterisk. A port that somebody has set stays."""
    own = {name: port for name, port in PORTS.items() if name not in usual.model_fields_set}
    elsewhere = dict.fromkeys(
        ("database_url", "asterisk", "asterisk_etc", "asterisk_log", "asterisk_spool", "asterisk_run")
    )
    hosts = dict.fromkeys(("sip_host", "ami_host", "agi_host"), "127.0.0.1")
    return usual.model_copy(
        update={**own, **elsewhere, **hosts, "agi_workers": 1, "home": usual.folder / "demo"}
    )


def sipp_folder(settings: Settings) -> Path:
    """Where SIPp's messages and what the callers heard lie, of the last run."""
    return settings.folder / "sipp"
