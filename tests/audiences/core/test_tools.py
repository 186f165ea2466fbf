"""The exports of other tools are known by their headings, and what they know of a no is kept."""

import pytest

from audiences.core.tools import LEFT, Sayings, Tool, recognise

LISTMONK = ["uuid", "email", "name", "attributes", "status", "created_at", "updated_at"]
MAILCHIMP = "Email Address,First Name,Last Name,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,{}LEID,EUID,NOTES,TAGS"
BREVO = ["CONTACT ID", "EMAIL", "LASTNAME", "FIRSTNAME", "DOUBLE_OPT-IN", "OPT_IN", "ADDED_TIME", "MODIFIED_TIME"]


def mailchimp(extra: str = "") -> list[str]:
    return MAILCHIMP.format(extra).split(",")


def test_a_tool_is_known_by_its_heading() -> None:
    assert recognise(LISTMONK) is Tool.LISTMONK
    assert recognise(mailchimp()) is Tool.MAILCHIMP
    assert recognise(BREVO) is Tool.BREVO
    assert recognise(["email", "prénom"]) is None


@pytest.mark.parametrize(
    ("tool", "heading", "cells", "stop"),
    [
        (Tool.LISTMONK, ["email", "status"], ["a@x.example", "enabled"], ""),
        (Tool.LISTMONK, ["email", "status"], ["a@x.example", "blocklisted"], "board"),
        (Tool.LISTMONK, ["email", "status"], ["a@x.example", "disabled"], LEFT),
        (Tool.MAILCHIMP, mailchimp(), ["a@x.example"], ""),
        (Tool.MAILCHIMP, ["Email Address", "UNSUB_TIME", "UNSUB_REASON"], ["a@x.example", "2024-05-01", "N/A"], LEFT),
        (Tool.MAILCHIMP, ["Email", "UNSUB_TIME", "UNSUB_REASON"], ["a@x.example", "", "Abuse complaint"], "complained"),
        (Tool.MAILCHIMP, ["Email Address", "CLEAN_TIME"], ["a@x.example", "2024-05-01 10:00:00"], "bounced"),
        (Tool.BREVO, ["EMAIL", "EMAIL_BLACKLISTED"], ["a@x.example", "Yes"], "unsubscribed"),
        (Tool.BREVO, ["EMAIL", "EMAIL_BLACKLISTED"], ["a@x.example", "No"], ""),
        (Tool.BREVO, ["EMAIL", "email_marketing"], ["a@x.example", "Unsubscribed"], "unsubscribed"),
    ],
)
def test_what_a_line_says_of_a_no(tool: Tool, heading: list[str], cells: list[str], stop: str) -> None:
    sayings = Sayings(tool, heading)
    assert sayings.stop(sayings.line(cells)) == stop


@pytest.mark.parametrize("attributes", ["", "{", "[1]", '{"a": {"b": 1}}', "[" * 100_000])
def test_attributes_that_are_none_say_nothing(attributes: str) -> None:
    sayings = Sayings(Tool.LISTMONK, ["email", "attributes"])
    assert {**sayings.attributes({"attributes": attributes})} in ({}, {"a": ""})
