"""What others wrote is served exactly as they wrote it."""

import hashlib
import tomllib

import pytest
from django.conf import settings

VENDOR = settings.BASE_DIR / "static" / "vendor"
ASSETS = tomllib.loads((VENDOR / "VENDOR.toml").read_text())["asset"]


@pytest.mark.parametrize("asset", ASSETS, ids=lambda asset: asset["file"])
def test_a_vendored_file_is_the_one_that_was_taken_in(asset: dict[str, str]) -> None:
    content = (VENDOR / asset["file"]).read_bytes()

    assert hashlib.sha256(content).hexdigest() == asset["sha256"]
    assert asset["version"] in asset["file"]


def test_no_vendored_file_is_without_an_entry() -> None:
    found = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}

    assert found - {"VENDOR.toml"} == {asset["file"] for asset in ASSETS}
