"""Where a configuration is tried there is nobody to be reached."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcenter.errors import HotlineError
from lab.namespace import require_none

pytestmark = pytest.mark.req("SEC-2")


def test_a_network_besides_loopback_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "lo").mkdir()
    require_none(tmp_path)
    (tmp_path / "eth0").mkdir()
    with pytest.raises(HotlineError, match=r"has the network eth0: .*HOTLINE_CHECK_NETWORK=own"):
        require_none(tmp_path)
