"""Whatever a phone sends becomes a small upright picture without its history, or a sentence."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from newsletter import pictures
from newsletter.pictures import Kept, Refusal, Refused, Size


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


def heic(size: tuple[int, int] = (300, 200), **how: Any) -> bytes:
    """What an iPhone sends: HEVC in a HEIF box, noisy enough to have a length."""
    out = io.BytesIO()
    noisy = Image.merge("RGB", [Image.effect_noise(size, 80) for _ in range(3)])
    noisy.save(out, "HEIF", quality=80, **how)
    return out.getvalue()


def test_a_telephones_heic_is_taken_turned_and_without_its_place() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (43.0, 42.0, 0.0)
    exif[0x010F] = "Telephone-of-Jeanne"
    raw = heic(exif=exif.tobytes())
    assert b"irot" in raw, "the box itself says how it was held"
    assert b"Telephone-of-Jeanne" in raw

    kept = opened(pictures.take(io.BytesIO(raw)))

    assert (kept.format, kept.size) == ("JPEG", (200, 300))
    assert not kept.getexif()
    assert b"Telephone-of-Jeanne" not in pictures.encode(raw)


@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.95])
def test_a_heic_cut_short_is_refused_in_a_sentence(part: float) -> None:
    raw = heic()

    with pytest.raises(Refused) as refused:
        pictures.take(io.BytesIO(raw[: int(len(raw) * part)]))

    assert refused.value.why in (Refusal.BROKEN, Refusal.NOT_A_PICTURE)


def test_a_heic_whose_box_promises_too_many_pixels_is_not_unpacked() -> None:
    size = (300, 200)
    told = b"ispe\0\0\0\0" + size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big")
    raw = heic(size)
    assert told in raw
    lying = raw.replace(told, b"ispe\0\0\0\0" + (30_000).to_bytes(4, "big") * 2)

    with pytest.raises(Refused):
        pictures.take(io.BytesIO(lying))


def test_a_photo_of_sixty_megapixels_is_made_small() -> None:
    kept = opened(pictures.take(drawn((9480, 6320))))

    assert kept.size == (1600, 1067)


def test_a_bomb_of_a_few_bytes_is_refused_before_it_unfolds() -> None:
    bomb = drawn((24000, 24000), "PNG", mode="1", color=0)
    assert len(bomb.getvalue()) < 100_000, "576 megapixels in a few kilobytes"

    with pytest.raises(Refused) as refused:
        pictures.take(bomb)

    assert refused.value.why == Refusal.TOO_MANY_PIXELS


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    "hidden",
    [b"PK\x03\x04<?php system($_GET[0]); ?>", b"<html><script>alert(1)</script>", b"%PDF-1.7 /JS (app.alert(1))"],
)
def test_of_a_file_that_is_two_things_only_the_picture_is_kept(form: str, hidden: bytes) -> None:
    kept = pictures.encode(drawn(form=form).getvalue() + hidden)

    assert hidden not in kept
    assert kept.startswith(b"\xff\xd8\xff")
    assert kept.endswith(b"\xff\xd9")


@pytest.mark.parametrize(
    "dressed", [b"<?xml version='1.0'?><svg/>", b"\xef\xbb\xbf <svg onload='alert(1)'/>", b"GIF89a<svg/>"]
)
def test_an_svg_is_no_photograph_whatever_it_is_called(dressed: bytes) -> None:
    with pytest.raises(Refused) as refused:
        pictures.take(io.BytesIO(dressed))

    assert refused.value.why == Refusal.NOT_A_PICTURE


def halves(size: tuple[int, int], *, across: bool) -> io.BytesIO:
    """A picture that is red on its left, or above, and blue on the other half."""
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0] // 2, size[1]) if across else (0, 0, size[0], size[1] // 2))
    out = io.BytesIO()
    picture.save(out, "PNG")
    out.seek(0)
    return out


@pytest.mark.parametrize("size", [Size.MAIL, Size.ARCHIVE])
@pytest.mark.parametrize(("where", "seen"), [(0, "red"), (100, "blue")])
@pytest.mark.parametrize("across", [True, False])
def test_what_matters_stays_in_sight_in_the_letter_and_in_the_archive(
    size: Size, where: int, seen: str, across: bool
) -> None:
    whole = (1600, 500) if across else (600, 1800)
    name = pictures.take(halves(whole, across=across))

    focus = {"focus_x": where} if across else {"focus_y": where}
    cut = opened(pictures.card(Kept(name, *whole, **focus), size).name)

    red, _, blue = cut.getpixel((cut.width // 2, cut.height // 2))
    assert ("red" if red > blue else "blue") == seen


def test_a_wide_picture_is_cut_small_for_the_letter_and_large_for_the_archive() -> None:
    name = pictures.take(drawn((1600, 1400)))
    mail, archive = (pictures.card(Kept(name, 1600, 1400), size) for size in (Size.MAIL, Size.ARCHIVE))

    assert (mail.width, mail.height) == opened(mail.name).size == (1040, 693)
    assert (archive.width, archive.height) == opened(archive.name).size == (1600, 1066)
    assert 0 < pictures.weight(mail.name) < pictures.weight(archive.name)
