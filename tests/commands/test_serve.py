"""``shanxue serve``: what is refused before anything starts."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from shanxue.cli import REFUSED, main


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_in_use_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """DESIGN §7: two servers on one port would answer in turn, the old one and the new one."""
    monkeypatch.setenv("SHANXUE_DATA", str(tmp_path / "data"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main([command, "--port", str(port)]) == REFUSED
    assert f"端口 {port} 已被别的程序占用。" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()
