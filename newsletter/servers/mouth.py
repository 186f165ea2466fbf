"""The catcher's mouth: SMTP that keeps up with a campaign."""

import asyncio

from aiosmtpd.smtp import SMTP

LARGEST = 16 * 2**20


class Mouth(SMTP):
    """SMTP that reads a mail in one gulp instead of line by line."""

    line_length_limit = LARGEST  # also how much may wait unread

    async def smtp_DATA(self, arg: str) -> None:
        """Take a mail up to the lone dot; announce the end of the mail only once it is counted."""
        envelope = self.envelope
        if envelope is None or not envelope.rcpt_tos:
            await self.push("503 Error: need RCPT command")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        data = bytearray()
        try:
            while not (data == b".\r\n" or data.endswith(b"\r\n.\r\n")):
                data += await self._reader.readuntil(b".\r\n")
        except asyncio.LimitOverrunError:
            await self.push("552 Error: Too much mail data")
            if self.transport:
                self.transport.close()
            return
        envelope.content = (b"\r\n" + data[:-3]).replace(b"\r\n.", b"\r\n")[2:]
        await self.push(await self.event_handler.handle_DATA(self, self.session, envelope))
        self._set_post_data_state()  # type: ignore[no-untyped-call]
