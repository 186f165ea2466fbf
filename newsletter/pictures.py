"""A picture as it was uploaded becomes one that may be shown and sent: small, upright and without its history."""

import hashlib
import io
import warnings
from enum import StrEnum
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageCms, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
WIDTH, HEIGHT = 1200, 1600
BYTES = 25_000_000
# A JPEG is decoded at a fraction of its size; the others must be unpacked whole.
PIXELS_OF_JPEG = 60_000_000
PIXELS = 25_000_000
PAPER = (255, 255, 255)
QUALITY = 82


class Refusal(StrEnum):
    NOT_A_PICTURE = "not_a_picture"
    BROKEN = "broken"
    TOO_MANY_BYTES = "too_many_bytes"
    TOO_MANY_PIXELS = "too_many_pixels"


class Refused(Exception):
    """This file is not taken in, and `why` says what to tell its owner."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.value)
        self.why = why


def take(upload: IO[bytes]) -> str:
    """Keep the picture and return its name, which is the hash of its bytes: the same picture is kept once."""
    content = encode(_read(upload))
    digest = hashlib.sha256(content).hexdigest()
    name = f"offers/{digest[:2]}/{digest}.jpg"
    if default_storage.exists(name):
        return name
    return default_storage.save(name, ContentFile(content))


def encode(raw: bytes) -> bytes:
    """Return the picture as a progressive JPEG without metadata, at most 1200 px wide; raise Refused."""
    try:
        # a bomb's warning is an answer, not a line in the log
        with warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning):
            picture = Image.open(io.BytesIO(raw), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(Refusal.TOO_MANY_PIXELS) from None
    except Exception:
        # whatever a decoder stumbles over, it is not a picture that we can show
        raise Refused(Refusal.NOT_A_PICTURE) from None
    jpeg = picture.format in ("JPEG", "MPO")
    if picture.width * picture.height > (PIXELS_OF_JPEG if jpeg else PIXELS):
        raise Refused(Refusal.TOO_MANY_PIXELS)
    try:
        return _shrunk(picture)
    except Exception:
        raise Refused(Refusal.BROKEN) from None


def card(name: str, width: int, height: int) -> tuple[str, int, int]:
    """Return the picture as a letter's cards show it, three wide and two high, with its size.

    The cut is made once and kept beside its original; mail programs cannot cut a picture themselves.
    """
    wide, high = min(width, max(1, height * 3 // 2)), min(height, max(1, width * 2 // 3))
    if width - wide <= width // 50 and height - high <= height // 50:
        return name, width, height
    kept = f"{name.rpartition('.')[0]}-3x2.jpg"
    try:
        if not default_storage.exists(kept):
            default_storage.save(kept, ContentFile(_cut(name, wide, high)))
    except OSError:
        # its original is gone or broken: an uneven card is better than no letter
        return name, width, height
    return kept, wide, high


def _cut(name: str, wide: int, high: int) -> bytes:
    with default_storage.open(name) as file, Image.open(file) as picture:
        # of a standing picture the upper part says more
        left, top = (picture.width - wide) // 2, (picture.height - high) * 2 // 5
        out = io.BytesIO()
        picture.crop((left, top, left + wide, top + high)).save(
            out, "JPEG", quality=QUALITY, optimize=True, progressive=True
        )
        return out.getvalue()


def _read(upload: IO[bytes]) -> bytes:
    raw = upload.read(BYTES + 1)
    if len(raw) > BYTES:
        raise Refused(Refusal.TOO_MANY_BYTES)
    return raw


def _shrunk(picture: Image.Image) -> bytes:
    if picture.format in ("JPEG", "MPO"):
        picture.draft("RGB", (2 * WIDTH, 2 * HEIGHT))
    upright = ImageOps.exif_transpose(picture)
    flat = _flat(_true_colours(upright))
    flat.thumbnail((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    # a fresh image carries no EXIF, no profile and no comment along
    clean = Image.frombytes("RGB", flat.size, flat.tobytes())
    clean.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()


def _true_colours(picture: Image.Image) -> Image.Image:
    """Return the picture in sRGB: phones write wider colours that look dull once their profile is gone."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "CMYK", "L"):
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB") or picture
    except (ImageCms.PyCMSError, OSError):
        return picture


def _flat(picture: Image.Image) -> Image.Image:
    """Return the picture on white paper, where it was transparent."""
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        paper = Image.new("RGBA", layer.size, (*PAPER, 255))
        return Image.alpha_composite(paper, layer).convert("RGB")
    return picture.convert("RGB")
