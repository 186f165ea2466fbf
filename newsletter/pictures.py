"""A picture as it was uploaded becomes one that may be shown and sent: small, upright and without its history."""

import hashlib
import io
import warnings
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import IO

import pillow_heif
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageCms, ImageOps

pillow_heif.register_heif_opener(thumbnails=False)

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
WIDTH, HEIGHT = 1600, 2000
BYTES = 25_000_000
# A JPEG is decoded at a fraction of its size; the others must be unpacked whole. Telephones write HEIC of 48 million.
PIXELS_OF = {"JPEG": 60_000_000, "MPO": 60_000_000, "HEIF": 50_000_000}
PIXELS = 25_000_000
PAPER = (255, 255, 255)
QUALITY = 82


class Refusal(StrEnum):
    NOT_A_PICTURE = "not_a_picture"
    BROKEN = "broken"
    TOO_MANY_BYTES = "too_many_bytes"
    TOO_MANY_PIXELS = "too_many_pixels"


class Size(Enum):
    """How wide a card is cut: twice what a letter shows, for sharp screens; as wide as we have it for the archive."""

    MAIL = 1040
    ARCHIVE = WIDTH


@dataclass(frozen=True)
class Kept:
    """A picture as the rows tell of it: its name, its size, and what must stay in sight, in hundredths."""

    name: str
    width: int
    height: int
    focus_x: int = 50
    focus_y: int = 40


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
    """Return the picture as a progressive JPEG without metadata, at most 1600 px wide; raise Refused."""
    try:
        # a bomb's warning is an answer, not a line in the log
        with warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning):
            picture = Image.open(io.BytesIO(raw), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(Refusal.TOO_MANY_PIXELS) from None
    except Exception:
        # whatever a decoder stumbles over, it is not a picture that we can show
        raise Refused(Refusal.NOT_A_PICTURE) from None
    if picture.width * picture.height > PIXELS_OF.get(picture.format or "", PIXELS):
        raise Refused(Refusal.TOO_MANY_PIXELS)
    try:
        return _shrunk(picture)
    except Exception:
        raise Refused(Refusal.BROKEN) from None


def card(kept: Kept, size: Size = Size.MAIL) -> Kept:
    """Return the picture as a card shows it, three wide and two high, with what matters in sight.

    The cut is made once and kept beside its original; mail programs cannot cut a picture themselves.
    """
    wide, high = min(kept.width, max(1, kept.height * 3 // 2)), min(kept.height, max(1, kept.width * 2 // 3))
    whole = kept.width - wide <= kept.width // 50 and kept.height - high <= kept.height // 50
    # a little too wide is lighter than written once more
    if whole and kept.width <= size.value * 5 // 4:
        return kept
    if whole:
        wide, high = kept.width, kept.height
    scale = min(1, size.value / wide)
    shown = max(1, round(wide * scale)), max(1, round(high * scale))
    name = f"{kept.name.rpartition('.')[0]}-{size.name.lower()}-{kept.focus_x}-{kept.focus_y}.jpg"
    try:
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(_cut(kept, (wide, high), shown)))
    except OSError:
        # its original is gone or broken: an uneven card is better than no letter
        return kept
    return Kept(name, *shown, kept.focus_x, kept.focus_y)


def weight(name: str) -> int:
    """Return how many bytes a kept picture weighs; 0 where it is gone."""
    try:
        return int(default_storage.size(name))
    except OSError:
        return 0


def _cut(kept: Kept, box: tuple[int, int], shown: tuple[int, int]) -> bytes:
    wide, high = box
    with default_storage.open(kept.name) as file, Image.open(file) as picture:
        # as `object-position` does: what lies at 30 % of the picture lies at 30 % of its cut, so it is always in sight
        left = (picture.width - wide) * min(kept.focus_x, 100) // 100
        top = (picture.height - high) * min(kept.focus_y, 100) // 100
        out = io.BytesIO()
        cut = picture.crop((left, top, left + wide, top + high)).resize(shown, Image.Resampling.LANCZOS)
        cut.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
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
