import asyncio
import imaplib
import json
import re
import smtplib
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession

from newsletter.servers import catcher as catchers
from newsletter.servers.captured import READABLE
from newsletter.servers.catcher import Catcher
from newsletter.servers.keeper import Desk
from newsletter.servers.local import Servers
from newsletter.servers.process import stop


@pytest.fixture
def catcher(servers: Servers) -> Iterator[Catcher]:
    catcher = Catcher(servers.catcher_web)
    catcher.reset()
    yield catcher
    catcher.reset()


def mail(to: str, text: str = "Bonjour", *, campaign: bool = True) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "lettre@alpilles.example"
    message["To"] = to
    message["Subject"] = "Fêtes de fin d’année en Alpilles"
    message["Message-ID"] = make_msgid(domain="alpilles.example")
    if campaign:
        message["List-Id"] = "<lettre.alpilles.example>"
    message.set_content(text)
    message.add_alternative(f"<!doctype html><head><title>Lettre</title></head><p>{text}", subtype="html")
    return message


def line_to(servers: Servers) -> smtplib.SMTP:
    where = urlsplit(servers.email_url)
    assert where.hostname
    assert where.port
    return smtplib.SMTP(where.hostname, where.port)


def mailbox(servers: Servers, name: str, *, until: int) -> list[bytes]:
    """Return the mails of a mailbox over IMAP, once there are that many."""
    facts = Desk(servers.var, "catcher").read()
    for _ in range(100):
        with imaplib.IMAP4("127.0.0.1", int(facts["imap"])) as reader:
            reader.login(str(facts["user"]), str(facts["password"]))
            reader.select(name, readonly=True)
            _, found = reader.search(None, "ALL")
            if len(found[0].split()) == until:
                _, parts = reader.fetch("1:*", "(BODY.PEEK[])") if until else ("OK", [])
                return [part[1] for part in parts if isinstance(part, tuple)]
        time.sleep(0.1)
    raise AssertionError(f"{name} holds {len(found[0].split())} mails")


def test_a_mail_arrives_as_it_was_sent_and_a_person_can_read_it(servers: Servers, catcher: Catcher) -> None:
    sent = mail("jeanne@x.example", ".\n..deux points\nL’été à Maussane").as_bytes(policy=SMTP)
    with line_to(servers) as line:
        line.sendmail("lettre@alpilles.example", "jeanne@x.example", sent)
        assert line.has_extn("pipelining")

    came = catcher.last_mail_to("Jeanne@x.example")
    with urllib.request.urlopen(catcher.page_of("jeanne@x.example"), timeout=5) as answer:
        page, policy = answer.read().decode(), answer.headers["Content-Security-Policy"]
    with urllib.request.urlopen(catcher.url, timeout=5) as answer:
        desk = answer.headers["Content-Security-Policy"]

    assert came == sent
    assert "<p>.\r\n..deux points\r\nL’été à Maussane" in page
    pictures = "img-src data: http://127.0.0.1:* http://localhost:*; style-src"
    assert policy == f"default-src 'none'; {pictures} 'unsafe-inline'", "no script of a mail runs"
    assert desk.startswith(f"default-src 'self'; {pictures} 'self'")
    assert catcher.last_mail_to("paul@x.example") is None
    assert catcher.mails_to("paul@x.example") == []


def test_the_mails_of_one_address_are_all_there_and_the_last_comes_first(servers: Servers, catcher: Catcher) -> None:
    with line_to(servers) as line:
        for content in ("un", "deux"):
            line.send_message(mail("helene@x.example", content))
        line.send_message(mail("jeanne@x.example", "trois"))

    found = [message_from_bytes(mail, policy=SMTP) for mail in catcher.mails_to("Helene@x.example")]
    assert [one.get_body(("plain",)).get_content().strip() for one in found] == ["deux", "un"]


def test_every_pair_is_counted_and_the_last_fifty_are_kept(servers: Servers, catcher: Catcher) -> None:
    again = mail("reader0@x.example")
    with line_to(servers) as line:
        for number in range(READABLE + 20):
            line.send_message(again if number == 0 else mail(f"reader{number}@x.example"))
        line.send_message(again)

    assert catcher.captured() == READABLE + 20
    assert catcher.captured(to="reader0@x.example") == 1
    assert len(mailbox(servers, "INBOX", until=READABLE)) == READABLE
    assert catcher.last_mail_to("reader1@x.example") is None


def test_log_in_mails_lie_apart_and_do_not_count(servers: Servers, catcher: Catcher) -> None:
    trial = mail("board@x.example")
    trial["X-Garrigue-Kind"] = "test"
    with line_to(servers) as line:
        line.send_message(mail("a@x.example"))
        line.send_message(mail("member@x.example", "https://x.example/entrer", campaign=False))
        line.send_message(trial)

    assert catcher.captured() == 1
    apart = mailbox(servers, "Liens-et-essais", until=2)
    assert {re.search(rb"\nTo: ([^\r]*)", each)[1] for each in apart} == {
        b"member@x.example",
        b"board@x.example",
    }
    assert len(mailbox(servers, "INBOX", until=1)) == 1


def test_whoever_is_followed_is_found_after_a_whole_campaign(servers: Servers, catcher: Catcher) -> None:
    catcher.follow("followed@x.example")
    with line_to(servers) as line:
        line.send_message(mail("followed@x.example"))
        for number in range(READABLE):
            line.send_message(mail(f"reader{number}@x.example"))

    assert catcher.last_mail_to("followed@x.example")
    assert len(mailbox(servers, "Suivis", until=1)) == 1


def test_commands_and_an_empty_mail_in_one_breath(servers: Servers, catcher: Catcher) -> None:
    where = urlsplit(servers.email_url)
    breath = b"EHLO me\r\n" + b"".join(
        b"MAIL FROM:<a@x.example>\r\nRCPT TO:<%s@x.example>\r\nDATA\r\n%s.\r\n" % (name, text)
        for name, text in ((b"empty", b""), (b"full", b"List-Id: x\r\n\r\nthe end.\r\n..\r\n"))
    )
    with socket.create_connection((where.hostname, where.port)) as line, line.makefile("rb") as answers:
        line.sendall(breath + b"QUIT\r\n")
        codes = [answer[:3] for answer in answers if answer[3:4] == b" "]

    assert codes == [b"220", b"250", *[b"250", b"250", b"354", b"250"] * 2, b"221"]
    assert catcher.last_mail_to("empty@x.example") == b""
    assert catcher.last_mail_to("full@x.example") == b"List-Id: x\r\n\r\nthe end.\r\n.\r\n"


def test_the_page_lists_and_shows_mails_and_asks_nobody_else(servers: Servers, catcher: Catcher) -> None:
    with line_to(servers) as line:
        line.send_message(mail("jeanne@x.example"))
    mailbox(servers, "INBOX", until=1)
    user = Desk(servers.var, "catcher").read()["user"]

    async def talk() -> tuple[dict[str, object], dict[str, object]]:
        async with ClientSession() as browser, browser.ws_connect(f"{catcher.url}/websocket") as line:
            await line.send_str(json.dumps({"command": "list_mails", "account": user, "mailbox": "INBOX"}))
            listed = await line.receive_json()
            uid = listed["data"]["mails"][0]["uid"]
            asked = {"command": "get_mail", "account": user, "mailbox": "INBOX", "uid": uid}
            await line.send_str(json.dumps(asked))
            return listed, await line.receive_json()

    listed, shown = asyncio.run(talk())

    assert [each["header"]["to"] for each in listed["data"]["mails"]] == ["jeanne@x.example"]
    assert shown["data"]["mail"]["body_html"].rstrip() == (
        '<!doctype html><head><base target="_blank"><title>Lettre</title></head><p>Bonjour'
    )
    for name in ("", "main.js", "main.css", "fontawesome.min.css"):
        with urllib.request.urlopen(f"{catcher.url}/{name}", timeout=5) as answer:
            asked = re.findall(r"""(?:src|href)=["']?//|https?://[^\s"')*]+""", answer.read().decode())
        assert [each for each in asked if "fontawesome.com" not in each] == []


def test_a_password_that_looks_like_an_option_opens_the_mailbox(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()

    running = catchers.start(tmp_path, {"password": "-7Qa_drawn"}, durable=False)
    try:
        with imaplib.IMAP4("127.0.0.1", int(running.facts["imap"])) as reader:
            assert reader.login(str(running.facts["user"]), "-7Qa_drawn")[0] == "OK"
    finally:
        stop(running)


@pytest.mark.parametrize("header", ["Host", "Origin"])
def test_other_sites_in_the_same_browser_read_no_mail(header: str, catcher: Catcher) -> None:
    asked = urllib.request.Request(f"{catcher.url}/captured", headers={header: "evil.example"})

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked, timeout=5)
    with refused.value:
        assert refused.value.code == 403
