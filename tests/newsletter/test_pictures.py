"""Whatever a phone sends becomes a small upright picture without its history, or a sentence."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from newsletter import pictures
from newsletter.pictures import Kept, Refusal, Refused


def drawn(size: tuple[int, int] = (300, 200), form: str = "JPEG", mode: str = "RGB", **how: Any) -> io.BytesIO:
    out = io.BytesIO()
    Image.new(mode, size, how.pop("color", "olive")).save(out, form, **how)
    out.seek(0)
    return out


def opened(name: str) -> Image.Image:
    return Image.open(io.BytesIO(Path(default_storage.path(name)).read_bytes()))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_a_progressive_jpeg_named_by_its_bytes(form: str) -> None:
    name = pictures.take(drawn(form=form))

    assert re.fullmatch(r"offers/([0-9a-f]{2})/\1[0-9a-f]{62}\.jpg", name)
    assert opened(name).info["progressive"]


def test_a_wide_picture_is_made_small_and_a_small_one_is_left_as_it_is() -> None:
    assert opened(pictures.take(drawn((4000, 2000)))).size == (1600, 800)
    assert opened(pictures.take(drawn((300, 200)))).size == (300, 200)


@pytest.mark.parametrize(("size", "cut"), [((900, 1200), (900, 600)), ((1200, 400), (600, 400)), ((300, 200), None)])
def test_a_letter_shows_every_picture_three_wide_and_two_high(
    size: tuple[int, int], cut: tuple[int, int] | None
) -> None:
    name = pictures.take(drawn(size))

    kept = pictures.card(Kept(name, *size))

    assert opened(kept.name).size == (kept.width, kept.height) == (cut or size)
    assert (kept.name == name) is (cut is None)
    assert pictures.card(Kept(name, *size)) == kept


def test_a_picture_whose_file_is_gone_keeps_its_place_in_the_letter() -> None:
    gone = Kept("offers/ab/gone.jpg", 900, 1200)

    assert pictures.card(gone) == gone
    assert pictures.weight(gone.name) == 0


def test_the_same_picture_is_kept_once() -> None:
    assert pictures.take(drawn()) == pictures.take(drawn())
    assert len([path for path in Path(default_storage.path("offers")).rglob("*") if path.is_file()]) == 1


def test_a_picture_stands_upright_and_forgets_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the phone was held on its side
    exif.get_ifd(0x8825)[2] = (43.0, 42.0, 0.0)
    exif[0x010F] = "Phone"

    kept = opened(pictures.take(drawn((300, 200), exif=exif)))

    assert kept.size == (200, 300)
    assert not kept.getexif()
    assert "icc_profile" not in kept.info


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16"])
def test_any_kind_of_colours_becomes_plain_ones(mode: str) -> None:
    picture = drawn(form="PNG", mode=mode, color=0)

    assert opened(pictures.take(picture)).mode == "RGB"


def test_what_was_transparent_lies_on_white_paper() -> None:
    kept = opened(pictures.take(drawn(form="PNG", mode="RGBA", color=(0, 0, 0, 0))))

    assert kept.getpixel((5, 5)) == (255, 255, 255)


def test_colours_for_print_are_read_too() -> None:
    assert opened(pictures.take(drawn(mode="CMYK", color=(0, 0, 0, 0)))).mode == "RGB"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"%PDF-1.7",
        drawn(form="GIF", mode="P", color=1).getvalue(),
        drawn(form="BMP").getvalue(),
    ],
    ids=["empty", "text", "svg", "pdf", "gif", "bmp"],
)
def test_what_is_no_photograph_is_refused(content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        pictures.take(io.BytesIO(content))

    assert refused.value.why == Refusal.NOT_A_PICTURE


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_picture_cut_short_is_refused(form: str) -> None:
    whole = io.BytesIO()
    Image.effect_noise((300, 200), 90).convert("RGB").save(whole, form)

    with pytest.raises(Refused) as refused:
        pictures.take(io.BytesIO(whole.getvalue()[:-4000]))

    assert refused.value.why == Refusal.BROKEN


@pytest.mark.parametrize(("size", "form"), [((9000, 7000), "JPEG"), ((6000, 5000), "PNG"), ((20000, 20000), "PNG")])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked(size: tuple[int, int], form: str) -> None:
    with pytest.raises(Refused) as refused:
        pictures.take(drawn(size, form, mode="L" if form == "JPEG" else "1", color=0))

    assert refused.value.why == Refusal.TOO_MANY_PIXELS


def test_a_file_that_weighs_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "BYTES", 100)

    with pytest.raises(Refused) as refused:
        pictures.take(drawn())

    assert refused.value.why == Refusal.TOO_MANY_BYTES


def test_what_hides_in_a_picture_does_not_come_along() -> None:
    hidden = b"<script>alert(1)</script>"
    picture = drawn().getvalue()
    with_comment = picture[:2] + b"\xff\xfe" + (len(hidden) + 2).to_bytes(2, "big") + hidden + picture[2:]

    assert hidden not in pictures.encode(with_comment + b"PK\x03\x04" + hidden)
