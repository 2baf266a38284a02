"""Every setting of the program, in one typed place. Each is an environment variable ``HOTLINE_…``.

Read once by ``cli.py`` and passed in; nothing else looks at the environment.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where things are and on which ports they listen. Paths are made absolute by ``load``."""

    model_config = SettingsConfigDict(env_prefix="HOTLINE_", extra="forbid")

    home: Path = Field(default=Path(".hotline"), description="database, journal, secrets, prompts, lab")
    database_url: str | None = Field(default=None, description="SQLAlchemy URL; default: SQLite in home")
    asterisk_etc: Path | None = Field(default=None, description="Asterisk's configuration folder")
    asterisk_log: Path | None = Field(default=None, description="folder of cel-custom/ and queue_log")
    asterisk_spool: Path | None = Field(default=None, description="folder of recordings and voicemail")
    prompts: Path | None = Field(default=None, description="folder of spoken prompts")
    ami_host: str = "127.0.0.1"
    ami_port: int = 5038
    ami_ping_seconds: float = 5.0
    agi_host: str = "127.0.0.1"
    agi_port: int = 4573
    agi_workers: int = Field(default=1, ge=1, le=64)
    sip_host: str = "127.0.0.1"
    sip_port: int = 5060
    rtp_first: int = 10000
    rtp_last: int = 20000
    http_port: int = 8088
    log_level: str = "info"
