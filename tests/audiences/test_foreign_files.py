"""The exports of other tools come in whole: dates of consent, and who is not to be written to any more."""

import pytest

from audiences import subscriptions, suppressions
from audiences.core.consent import Method
from audiences.core.importing import Counts
from audiences.imports import Statement
from audiences.keys import key_of
from audiences.models import Consent, Subscriber, Subscription, Suppression
from newsletter.models import Newsletter
from tests import make
from tests.audiences.files import everybody, taken

pytestmark = pytest.mark.django_db
MOVED = Statement("Déménagement de l’ancien outil", None)
HEAD = (
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,{}"
    "LAST_CHANGED,LEID,EUID,NOTES,TAGS\n"
)
LISTMONK = """uuid,email,name,attributes,status,created_at,updated_at
1,ana@lavande.example,Ana,"{""city"": ""Arles"", ""postcode"": 13200, ""themes"": [""vin"", ""table""]}",enabled,\
2023-01-02 10:11:12.123456 +0000 UTC,2024-01-02 10:11:12 +0000 UTC
2,bo@lavande.example,Bo,{},blocklisted,2023-01-02 10:11:12 +0000 UTC,2024-05-06 07:08:09.1 +0000 UTC
3,cy@lavande.example,Cy,{},disabled,2023-01-02 10:11:12 +0000 UTC,2024-05-06 07:08:09.1 +0000 UTC
"""


@pytest.fixture
def letter() -> Newsletter:
    make.place("Arles", insee="13004", postcodes=["13200"])
    return make.newsletter()


def said(address: str) -> list[tuple[str, str]]:
    lines = Consent.objects.filter(address_key=key_of(address)).order_by("at")
    return [(line.act, line.at.date().isoformat()) for line in lines]


def test_an_export_of_listmonk(letter: Newsletter) -> None:
    assert taken(LISTMONK, MOVED) == Counts(new=1, ended=1, stopped=1)

    ana = Subscriber.objects.get()
    assert (ana.first_name, ana.commune, ana.interests) == ("Ana", "13004", ["table", "wine"])
    assert said("ana@lavande.example") == [("given", "2023-01-02")]
    blocked = Suppression.objects.get()
    assert (bytes(blocked.address_key), blocked.reason) == (key_of("bo@lavande.example"), "board")
    assert blocked.at.date().isoformat() == "2024-05-06"
    assert said("cy@lavande.example") == [("withdrawn", "2024-05-06")]
    assert taken(LISTMONK, MOVED) == Counts(unchanged=3)


def test_the_three_files_of_mailchimp(letter: Newsletter) -> None:
    line = "{},Zoé,Martin,2,2022-03-04 05:06:07,1.2.3.4,{},1.2.3.4,{}2023-01-01 00:00:00,123,abc,,\n"
    subscribed = HEAD.format("") + line.format("zoe@lavande.example", "2022-03-05 08:09:10", "")
    subscribed += line.format("ana@lavande.example", "", "")
    left = HEAD.format("UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,")
    gone = left + line.format("bo@lavande.example", "", "2024-02-03 04:05:06,Noël,7,No longer interested,,")
    gone += line.format("cy@lavande.example", "", "2024-02-03 04:05:06,Noël,7,Abuse complaint,,")
    cleaned = HEAD.format("CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,") + line.format(
        "di@lavande.example", "", "2024-04-05 06:07:08,Noël,7,"
    )

    assert taken(subscribed, MOVED) == Counts(new=2)
    assert taken(gone, MOVED) == Counts(ended=1, stopped=1)
    assert taken(cleaned, MOVED) == Counts(stopped=1)
    assert said("zoe@lavande.example") == [("given", "2022-03-05")]  # confirmed, not merely asked
    assert said("ana@lavande.example") == [("given", "2022-03-04")]
    assert said("bo@lavande.example") == [("withdrawn", "2024-02-03")]
    assert sorted(Suppression.objects.values_list("reason", flat=True)) == ["bounced", "complained"]
    assert len(everybody()) == 2
    again = "email;date\nbo@lavande.example;01/01/2024\ncy@lavande.example;\ndi@lavande.example;\n"
    assert taken(again, Statement("Vieux fichier", make.TODAY.replace(year=2023))) == Counts(
        reasons={"suppressed": 2, "withdrawn": 1}
    )


def test_an_export_of_brevo(letter: Newsletter) -> None:
    content = (
        "CONTACT ID;EMAIL;PRENOM;VILLE;EMAIL_BLACKLISTED;DOUBLE_OPT-IN;ADDED_TIME;MODIFIED_TIME\n"
        "1;zoe@lavande.example;Zoé;Arles;No;Yes;12-04-2022;13-04-2023\n"
        "2;ana@lavande.example;Ana;Arles;Yes;Yes;12-04-2022;13-04-2023\n"
    )
    assert taken(content, MOVED) == Counts(new=1, stopped=1)
    assert [name for _address, name, *_rest in everybody()] == ["Zoé"]
    assert said("zoe@lavande.example") == [("given", "2022-04-11")]
    assert Suppression.objects.get().reason == "unsubscribed"


def test_a_no_of_another_tool_ends_what_stands_here_and_tells_whoever_asked(
    letter: Newsletter, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[bytes, int | None]] = []
    monkeypatch.setattr(suppressions, "_listeners", [lambda key, letter_id, now: told.append((bytes(key), letter_id))])
    for name in ("bo", "cy"):
        fair = subscriptions.ConsentSource(Method.FORM, "/lettre/", make.NOON.replace(year=2023))
        subscriptions.admit(letter, address=f"{name}@lavande.example", tracking=True, consent=fair, now=make.NOON)

    assert taken(LISTMONK, MOVED) == Counts(new=1, ended=1, stopped=1)
    cy = Subscription.objects.get(subscriber__address="cy@lavande.example")
    assert (cy.state, cy.tracking) == ("ended", False)
    assert sorted(told, key=str) == sorted(
        [(key_of("bo@lavande.example"), None), (key_of("cy@lavande.example"), letter.pk)], key=str
    )


def test_who_came_back_after_a_no_of_another_tool_stays(letter: Newsletter) -> None:
    fair = subscriptions.ConsentSource(Method.FORM, "/lettre/", make.NOON)
    subscriptions.admit(letter, address="cy@lavande.example", consent=fair, now=make.NOON)
    assert taken(LISTMONK, MOVED).ended == 0
    assert Subscription.objects.get(subscriber__address="cy@lavande.example").state == "confirmed"


def test_of_a_yes_and_a_no_in_one_file_the_no_counts(letter: Newsletter) -> None:
    content = LISTMONK + LISTMONK.splitlines()[3].replace("disabled", "enabled").replace("2023", "2022") + "\n"
    assert taken(content, MOVED) == Counts(new=1, ended=1, stopped=1, reasons={"repeated": 1})
    assert said("cy@lavande.example") == [("withdrawn", "2024-05-06")]
