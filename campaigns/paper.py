"""A report on paper: a PDF that is set by Typst from our template and the words it is given."""

import typst
from django.conf import settings

TEMPLATES = settings.BASE_DIR / "templates" / "reports"


def member_season(said: str) -> bytes:
    """Return the PDF of what `report_words.paper` says."""
    return _set("member", said)


def letter(said: str) -> bytes:
    """Return the PDF of what `letter_paper.words` says."""
    return _set("letter", said)


def _set(template: str, said: str) -> bytes:
    """Return it set: the words are values to the template and never its code.

    It asks for PDF/UA, so that screen readers find their way; only where a sign is in no font of ours, as an emoji,
    the same pages come without that seal.
    """
    try:
        return _compiled(template, said, accessible=True)
    except typst.TypstError:
        return _compiled(template, said, accessible=False)


def _compiled(template: str, said: str, *, accessible: bool) -> bytes:
    pdf: bytes = typst.compile(
        str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        ignore_system_fonts=True,
        sys_inputs={"said": said},
        pdf_standards="ua-1" if accessible else None,
    )
    return pdf
