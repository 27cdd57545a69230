"""What soaks share: a server that runs while they do their worst."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-c", "from broadsheet.cli.main import main; main()"]


@pytest.fixture
def server(process_env: dict[str, str], captures: list[Path]) -> Iterator[str]:
    """A running server over the captures; gives its address."""
    subprocess.run([*COMMAND, "ingest", captures[0].parent], env=process_env, check=True, capture_output=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([*COMMAND, "serve", "--port", str(port)], env=process_env)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(url, timeout=5).close()
                break
            except OSError:
                time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)
