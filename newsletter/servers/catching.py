"""The catcher's process: mail-devel's mailboxes, IMAP and web page behind a mouth that swallows quickly.

mail-devel alone parses and keeps every mail, which for a whole campaign costs gigabytes. Here a mail is
counted as bytes, and only those that a person will find in a mailbox are ever parsed.

    python -m newsletter.servers.catching < configuration.json
"""

import asyncio
import base64
import contextlib
import json
import re
import signal
import sys
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session
from mail_devel.http import Frontend
from mail_devel.mailbox import TestMailboxDict
from mail_devel.service import Service

from newsletter.servers.boxes import Boxes
from newsletter.servers.captured import Box, Captured, Mail
from newsletter.servers.mouth import LARGEST, Mouth
from newsletter.servers.process import LOOPBACK
from newsletter.servers.reading import page_of

HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
# a mail may show the demo's own pictures and must call nobody else, whoever wrote it
OURS = f"http://{LOOPBACK}:* http://localhost:*"
POLICY = (
    f"default-src 'self'; img-src data: {OURS}; style-src 'self' 'unsafe-inline'; "
    f"script-src 'self' 'unsafe-inline'; connect-src 'self' {OURS.replace('http', 'ws')}"
)


class Catcher(Frontend):  # type: ignore[misc]
    """mail-devel's web page, and beside it what the demo and the tests ask for."""

    def __init__(self, mailboxes: TestMailboxDict, *, user: str, port: int) -> None:
        super().__init__(mailboxes, user=user, host=LOOPBACK, port=port)
        self.captured = Captured()
        self.boxes = Boxes(mailboxes, user)

    async def start(self) -> web.AppRunner:
        """Serve on our port alone: mail-devel would share a port that another catcher has taken."""
        self.api = web.Application(middlewares=[_own_pages_only])
        self.api.add_routes(
            [
                web.get("/", self._page_index),
                web.get(r"/{static:[^/]*\.(css|js|woff2)}", self._page_static),
                web.get("/websocket", self._websocket),
                web.get(r"/attachment/{mail:.*}/{attachment:.*}", self._download_attachment),
                web.get("/captured", self.count),
                web.get("/raw", self.raw),
                web.get("/mails", self.mails),
                web.get("/read/{address}", self.read),
                web.post("/follow", self.follow),
                web.post("/reset", self.reset),
            ]
        )
        runner = web.AppRunner(self.api, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, LOOPBACK, self.port).start()
        return runner

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take any mail for anybody."""
        content = envelope.content
        assert isinstance(content, bytes | bytearray)
        self.boxes.add(self.captured.add(bytes(content), envelope.rcpt_tos))
        return "250 OK"

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Say that commands may come in one breath."""
        session.host_name = hostname
        return [responses[0], "250-PIPELINING", *responses[1:]]

    async def _convert_message(self, *args: Any, **options: Any) -> dict[str, Any]:
        """Have a mail's links open pages of their own: our site refuses to be shown within a frame."""
        shown: dict[str, Any] = await super()._convert_message(*args, **options)
        if "body_html" in shown:
            shown["body_html"] = HEAD.sub(r'\g<0><base target="_blank">', shown["body_html"], count=1)
        return shown

    async def count(self, request: web.Request) -> web.Response:
        """Answer how many distinct pairs of Message-ID and recipient came, and how many mails in all."""
        captured = self.captured
        return web.json_response(
            {
                "captured": captured.distinct(request.query.get("to")),
                "mails": captured.mails,
                "singles": captured.singles,
            }
        )

    async def raw(self, request: web.Request) -> web.Response:
        """Answer the last mail kept for an address, or with `first` the first, as it came."""
        mail = self._kept(request.query["to"], first="first" in request.query)
        return web.Response(body=mail.content, content_type="message/rfc822")

    async def mails(self, request: web.Request) -> web.Response:
        """Answer every mail kept for an address in base64, the last first."""
        kept = self.captured.all(request.query["to"])
        return web.json_response([base64.b64encode(mail.content).decode() for mail in kept])

    async def read(self, request: web.Request) -> web.Response:
        """Show the last mail kept for an address, or with `first` the first, as a page."""
        mail = self._kept(request.match_info["address"], first="first" in request.query)
        return web.Response(
            text=page_of(mail.content),
            content_type="text/html",
            headers={"Content-Security-Policy": f"default-src 'none'; img-src data: {OURS}; style-src 'unsafe-inline'"},
        )

    async def follow(self, request: web.Request) -> web.Response:
        """Keep the newsletters of an address from now on."""
        self.captured.follow(request.query["to"])
        return web.json_response({})

    async def reset(self, request: web.Request) -> web.Response:
        """Forget every mail and count."""
        self.captured.reset()
        self.boxes.clear()
        return web.json_response({})

    def _kept(self, address: str, *, first: bool = False) -> Mail:
        mail = self.captured.first(address) if first else self.captured.last(address)
        if mail is None:
            raise web.HTTPNotFound(text=f"No mail is kept for {address}.")
        return mail


@web.middleware
async def _own_pages_only(request: web.Request, handler: Any) -> web.StreamResponse:
    """Other sites open in the same browser must not read log-in links here."""
    mine = {f"{name}:{request.url.port}" for name in (LOOPBACK, "localhost")}
    origin = request.headers.get("Origin", f"http://{request.host}").removeprefix("http://")
    if request.host not in mine or origin not in mine:
        raise web.HTTPForbidden
    response: web.StreamResponse = await handler(request)
    response.headers.setdefault("Content-Security-Policy", POLICY)  # a mail's own page is stricter
    return response


async def serve(configuration: dict[str, Any]) -> None:
    """Catch mails until asked to stop."""
    user = configuration["user"]
    # the wheel's parser fills in what we do not care to say
    arguments = Service.parse(
        [
            *("--host", LOOPBACK, "--imap-port", str(configuration["imap"]), "--no-http"),
            f"--user={user}",
            f"--password={configuration['password']}",  # one drawn with "-" in front is no option
        ]
    )
    service = await Service.init(arguments)
    catcher = Catcher(service.mailboxes, user=user, port=configuration["http"])
    account = await service.mailboxes.get(user)
    for box in Box:
        await account.get_mailbox(box)  # made empty, so that the page shows it
    loop = asyncio.get_running_loop()
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    async with contextlib.AsyncExitStack() as stack:
        await service.backend.start(stack)
        await service.imap.start(stack)
        smtp = await loop.create_server(
            lambda: Mouth(
                catcher,
                data_size_limit=LARGEST,
                enable_SMTPUTF8=True,
                hostname="catcher.example",
                auth_exclude_mechanism=["LOGIN", "PLAIN"],
                loop=loop,
            ),
            LOOPBACK,
            configuration["smtp"],
            backlog=1000,
        )
        stack.callback(smtp.close)
        runner = await catcher.start()  # last: who sees the page may send
        stack.push_async_callback(runner.cleanup)
        ways_to_end = [asyncio.create_task(each) for each in (end.wait(), catcher.boxes.feed())]
        ended, still = await asyncio.wait(ways_to_end, return_when=asyncio.FIRST_COMPLETED)
        for task in still:
            task.cancel()
        for task in ended:
            task.result()  # boxes that take no more mails are no catcher: better to end with the reason


if __name__ == "__main__":
    asyncio.run(serve(json.load(sys.stdin)))
