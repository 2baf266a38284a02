"""A port that another program has is told with its setting; one that is not set is not looked at."""

from __future__ import annotations

import socket

import pytest

from callcenter.errors import HotlineError
from callcenter.settings import Settings
from lab.ports import need_free


@pytest.mark.req("API-1")
def test_the_port_of_the_http_interface_is_told_when_it_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(HotlineError, match=f"TCP port {port} on 127.0.0.1 .* HOTLINE_WEB_PORT"):
            need_free(Settings(web_port=port), ("web_port",))
    need_free(Settings(web_port=None), ("web_port",))
