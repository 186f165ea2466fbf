"""The mailboxes a person opens at the catcher."""

import asyncio
from collections import deque
from datetime import datetime

from mail_devel.mailbox import TestMailboxDict
from pymap.backend.dict.mailbox import MailboxData
from pymap.parsing.message import AppendMessage

from newsletter.servers.captured import READABLE, Box, Mail

QUIET, PATIENCE = 0.2, 2.0  # seconds: mails are parsed when none came for a while, or it has been long


class Boxes:
    """The mailboxes a person opens: fed while nobody is waiting, never longer than what is readable."""

    def __init__(self, mailboxes: TestMailboxDict, user: str) -> None:
        self._mailboxes, self._user = mailboxes, user
        self._new: dict[Box, deque[Mail]] = {box: deque(maxlen=READABLE) for box in Box}
        self._came = asyncio.Event()
        self._forget = False

    def add(self, mail: Mail) -> None:
        """Have a mail put into its box soon, unless so many follow that nobody would find it there."""
        self._new[mail.box].append(mail)
        self._came.set()

    def clear(self) -> None:
        """Have every box emptied."""
        for waiting in self._new.values():
            waiting.clear()
        self._forget = True
        self._came.set()

    async def feed(self) -> None:
        """Put what came into the boxes, for as long as the process lives."""
        loop = asyncio.get_running_loop()
        while True:
            await self._came.wait()
            deadline = loop.time() + PATIENCE
            while self._came.is_set() and loop.time() < deadline:
                self._came.clear()
                await asyncio.sleep(QUIET)
            await self._store()

    async def _store(self) -> None:
        account = await self._mailboxes.get(self._user)
        forget, self._forget = self._forget, False
        for name, waiting in self._new.items():
            box = await account.get_mailbox(name)
            if forget:
                await box.delete(await _uids(box))
            mails = list(waiting)
            waiting.clear()  # those that come meanwhile wait for the next time, or the box would swell
            for mail in mails:
                await box.append(AppendMessage(literal=mail.content, when=datetime.now()))  # noqa: DTZ005
                await asyncio.sleep(0)  # a parsed mail costs milliseconds; the senders come in between
            await box.delete((await _uids(box))[:-READABLE])


async def _uids(box: MailboxData) -> list[int]:
    return sorted([message.uid async for message in box.messages()])
