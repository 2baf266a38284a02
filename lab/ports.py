"""Whether the ports a lab needs are free, before anything is started on them."""

from __future__ import annotations

import socket

from callcenter.errors import HotlineError
from callcenter.settings import Settings

ASTERISK_PORTS = ("sip_port", "ami_port")
OWN_PORTS = ("agi_port", "web_port")


def need_free(settings: Settings, names: tuple[str, ...]) -> None:
    """Raises HotlineError, one line, when a port of these settings is taken. Names the port and the setting."""
    hosts = {"sip_port": settings.sip_host, "agi_port": settings.agi_host, "web_port": settings.web_host}
    for name in names:
        port = getattr(settings, name)
        if port is None:
            continue
        host = hosts.get(name, "127.0.0.1")
        kind = socket.SOCK_DGRAM if name == "sip_port" else socket.SOCK_STREAM
        if not _is_free(host, port, kind):
            word = "UDP" if kind == socket.SOCK_DGRAM else "TCP"
            raise HotlineError(
                f"{word} port {port} on {host} is taken by another program: "
                f"choose another one with HOTLINE_{name.upper()}"
            )


def answers(host: str, port: int) -> bool:
    """Whether something accepts TCP connections there."""
    try:
        socket.create_connection((host, port), timeout=1.0).close()
    except OSError:
        return False
    return True


def _is_free(host: str, port: int, kind: socket.SocketKind) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as sock:
        if kind == socket.SOCK_STREAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
        except OSError:
            return False
    return True
