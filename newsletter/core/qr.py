"""An address as a square that phones read."""

import io
from typing import Any

import segno


def svg(url: str) -> bytes:
    """Return the code as a drawing that prints at any size, on white with its quiet margin."""
    return _save(url, kind="svg", scale=10, light="#fff", title=url)


def png(url: str) -> bytes:
    """Return the code as a picture for a letter or a table card: about 10 cm at 300 dpi."""
    code = segno.make(url, error="m", micro=False)
    side = code.symbol_size(border=4)[0]
    return _save(url, kind="png", scale=max(1, 1200 // side), light="#fff")


def _save(url: str, **options: Any) -> bytes:
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, border=4, dark="#000", **options)
    return out.getvalue()
