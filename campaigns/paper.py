"""A report on paper: a PDF that is set by Typst from our template and the words it is given."""

import typst
from django.conf import settings

TEMPLATES = settings.BASE_DIR / "templates" / "reports"


def member_season(said: str) -> bytes:
    """Return the PDF of what `report_words.paper` says.

    The words are a value to the template and never its code. It asks for PDF/UA, so that screen readers find their
    way; only where a sign is in no font of ours, as an emoji, the same pages come without that seal.
    """
    try:
        return _set(said, accessible=True)
    except typst.TypstError:
        return _set(said, accessible=False)


def _set(said: str, *, accessible: bool) -> bytes:
    pdf: bytes = typst.compile(
        str(TEMPLATES / "member.typ"),
        root=str(TEMPLATES),
        ignore_system_fonts=True,
        sys_inputs={"said": said},
        pdf_standards="ua-1" if accessible else None,
    )
    return pdf
