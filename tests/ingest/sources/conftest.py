"""Where the real data lies, for the tests that read some of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the checkout, or SHARED_DATA; where it is absent the test is skipped."""
    folder = Path(os.environ.get("SHARED_DATA") or Path(__file__).parents[4] / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("the real data is not there (SHARED_DATA names its folder)")
    return folder
