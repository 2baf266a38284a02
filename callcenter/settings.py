"""Every setting of the program, in one typed place. Each is an environment variable ``HOTLINE_…``.

Read once by ``cli.py`` and passed in; nothing else looks at the environment.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from callcenter.sms_fields import parse

Port = Annotated[int, Field(ge=1, le=65535)]


def _sms_fields(written: str) -> str:
    parse(written)
    return written


class Settings(BaseSettings):
    """Where things are and on which ports they listen."""

    model_config = SettingsConfigDict(env_prefix="HOTLINE_", extra="ignore")

    home: Path = Field(default=Path(".hotline"), description="database, journal, secrets, prompts, lab")
    database_url: str | None = Field(default=None, description="SQLAlchemy URL; default: SQLite in home")
    asterisk: Path | None = Field(
        default=None,
        description="folder above Asterisk's etc, log, spool, run, lib; default: asterisk in home",
    )
    asterisk_etc: Path | None = Field(default=None, description="Asterisk's configuration, as /etc/asterisk")
    asterisk_log: Path | None = Field(default=None, description="Asterisk's logs, as /var/log/asterisk")
    asterisk_spool: Path | None = Field(default=None, description="Asterisk's spool, as /var/spool/asterisk")
    asterisk_run: Path | None = Field(default=None, description="folder of asterisk.ctl, as /run/asterisk")
    system_name: str = Field(
        default="hotline", pattern=r"^[A-Za-z0-9]{1,20}$", description="this node's name"
    )
    ami_host: str = Field(default="127.0.0.1", description="where Asterisk's manager interface is")
    ami_port: Port = Field(default=5038, description="TCP port of the manager interface")
    ami_listen: str = Field(default="127.0.0.1", description="the address the manager interface listens on")
    ami_from: str = Field(
        default="", description="networks besides this machine that may sign in at the manager, with commas"
    )
    agi_host: str = Field(default="127.0.0.1", description="where FastAGI listens, and Asterisk finds it")
    agi_port: Port = Field(default=4573, description="TCP port of FastAGI")
    agi_from: str = Field(
        default="", description="networks besides this machine that may connect to FastAGI, with commas"
    )
    agi_workers: int = Field(default=1, ge=1, le=64, description="FastAGI processes, one for each core")
    sip_host: str = Field(default="127.0.0.1", description="the address Asterisk listens on for SIP")
    sip_port: Port = Field(default=5060, description="UDP and TCP port of SIP")
    sip_tls_port: Port = Field(
        default=5061, description="TCP port of SIP over TLS, for seats with encryption"
    )
    outside_host: str | None = Field(
        default=None,
        description="this machine's address as remote phones see it, when a router translates it",
    )
    inside_nets: str = Field(
        default="10.0.0.0/8,172.16.0.0/12,192.168.0.0/16",
        description="networks whose phones reach this machine without such a router, with commas",
    )
    rtp_first: Port = Field(default=10000, description="first UDP port of speech")
    rtp_last: Port = Field(default=20000, description="last UDP port of speech")
    http_port: Port = Field(default=8088, description="TCP port of Asterisk's HTTP server, for browser seats")
    wss_port: Port | None = Field(
        default=None,
        description="TLS port at which browser seats reach Asterisk; without one a web server passes them on",
    )
    phones_host: str | None = Field(
        default=None,
        description="name or address by which phones find this machine, also in its certificate; default: sip_host",
    )
    phones_port: Port | None = Field(
        default=None, description="HTTPS port from which phones fetch their settings; without one they can't"
    )
    web_host: str = Field(default="127.0.0.1", description="where other programs and web pages reach Hotline")
    web_port: Port | None = Field(
        default=None,
        description="TCP port of the HTTP interface and of survey pages; without one there are none",
    )
    web_url: str | None = Field(
        default=None,
        description="how the web server in front of it is reached, as https://call.example.com: links begin so",
    )
    tls_certificate: Path | None = Field(
        default=None, description="your own certificate with its chain (PEM); default: one made in home"
    )
    tls_key: Path | None = Field(default=None, description="the key of your own certificate (PEM)")
    tls_authorities: Path = Field(
        default=Path("/etc/ssl/certs/ca-certificates.crt"),
        description="authorities (PEM) by whom the certificate of a trunk with transport tls is checked",
    )
    smtp_host: str | None = Field(default=None, description="mail server; without one no mail is sent")
    smtp_port: Port = Field(default=25, description="TCP port of the mail server")
    smtp_tls: Literal["none", "starttls", "tls"] = Field(
        default="none", description="none, starttls, or tls from the beginning"
    )
    smtp_user: str | None = Field(
        default=None, description="account at the mail server; its password is the secret smtp/password"
    )
    mail_from: str = Field(default="hotline@localhost", description="the sender of mails")
    sms_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s]+$",
        description="where the gateway takes text messages by POST; its token is the secret sms/token; "
        "without one none is sent",
    )
    sms_form: Literal["json", "form"] = Field(
        default="json", description="how the gateway takes a message: json or form"
    )
    sms_fields: Annotated[str, AfterValidator(_sms_fields)] = Field(
        default="number={number},text={text}",
        description="the gateway's fields with commas; those that are no {number} or {text} are sent as they stand",
    )
    sms_taken: str | None = Field(
        default=None,
        description="what the gateway's answer says of a message it took; default: any answer of 200 to 299",
    )
    recordings_store: str | None = Field(
        default=None,
        description="where finished recordings are copied to: s3://BUCKET/PREFIX or file:///FOLDER; default: nowhere",
    )
    recordings_store_endpoint: str | None = Field(
        default=None, description="address of an S3-compatible server; default: Amazon's"
    )
    recordings_store_key: str | None = Field(
        default=None, description="access key of the store; its secret is the secret recordings/store"
    )
    recordings_local_days: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="days after which the local file of a copied recording goes; default: never"
    )
    health_host: str = Field(default="127.0.0.1", description="where health and metrics are told")
    health_port: Port | None = Field(
        default=None,
        description="first TCP port of health and metrics: listener, bans, phones, web, worker, FastAGI; default: none",
    )
    check_network: Literal["own", "none"] = Field(
        default="own",
        description="where a configuration is tried first: in a network of its own, or here, where there is none",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="what the processes log: debug, info, warning or error"
    )

    def environment(self) -> dict[str, str]:
        """These settings as the variables that another process of the program reads them from."""
        return {
            f"HOTLINE_{name.upper()}": str(value)
            for name, value in self.model_dump().items()
            if value is not None
        } | {"HOTLINE_HOME": str(self.folder)}

    @property
    def url(self) -> str:
        """The database's address."""
        return self.database_url or f"sqlite:///{self.folder / 'database' / 'hotline.db'}"

    @property
    def folder(self) -> Path:
        """``home``, absolute."""
        return self.home.absolute()

    @property
    def etc(self) -> Path:
        """Asterisk's configuration folder."""
        return self.asterisk_etc or self._asterisk / "etc"

    @property
    def log(self) -> Path:
        """Asterisk's log folder, with the ledgers in it."""
        return self.asterisk_log or self._asterisk / "log"

    @property
    def spool(self) -> Path:
        """Asterisk's spool, with recordings and voicemail in it."""
        return self.asterisk_spool or self._asterisk / "spool"

    @property
    def control(self) -> Path:
        """Asterisk's console socket."""
        return (self.asterisk_run or self._asterisk / "run") / "asterisk.ctl"

    @property
    def recordings(self) -> Path:
        """Finished recordings, by day."""
        return self.spool / "recordings"

    @property
    def prompts(self) -> Path:
        """Everything that is spoken."""
        return self.folder / "prompts"

    @property
    def audio(self) -> Path:
        """Recordings of prompts that came with the site file."""
        return self.folder / "audio"

    @property
    def music(self) -> Path:
        """Music on hold: ``default`` is the built-in melody, the others came with the site file."""
        return self.prompts / "music"

    @property
    def journal(self) -> Path:
        """Facts on their way to the database."""
        return self.folder / "journal"

    @property
    def _asterisk(self) -> Path:
        return (self.asterisk or self.folder / "asterisk").absolute()
