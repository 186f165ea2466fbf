"""The envelope of one message, and what of it can be refused here, before a word is said."""

from campaigns.core.receipt import Phase
from campaigns.wire.letters import FIT, Parcel
from campaigns.wire.opening import Offers

MAIL, RCPT = Phase.MAIL, Phase.RCPT
MAX_PATH = 1_024  # far above what RFC 5321 allows, far below what could fill a buffer


def envelope(parcel: Parcel) -> tuple[bytes, bytes, bytes]:
    """Return the three commands that announce a message."""
    utf8 = b"" if parcel.sender.isascii() and parcel.recipient.isascii() else b" SMTPUTF8"
    return (
        b"MAIL FROM:<%b>%b\r\n" % (parcel.sender.encode(), utf8),
        b"RCPT TO:<%b>\r\n" % parcel.recipient.encode(),
        b"DATA\r\n",
    )


def refusal(parcel: Parcel, offers: Offers) -> tuple[Phase, int, str] | None:
    """Return the phase, code and text with which this server would refuse the message, or would misread it."""
    for phase, address in ((MAIL, parcel.sender), (RCPT, parcel.recipient)):
        fit = FIT.fullmatch(address) or (phase is MAIL and not address)
        if not fit or len(address) > MAX_PATH:
            return phase, 553, "5.1.3 this address cannot be written in an envelope"
        if not offers.smtputf8 and not address.isascii():
            return phase, 553, "5.6.7 the relay takes no address beyond ASCII (SMTPUTF8)"
    if offers.size and parcel.size > offers.size:
        return MAIL, 552, f"5.3.4 the relay takes {offers.size} bytes, this message has {parcel.size}"
    return None
