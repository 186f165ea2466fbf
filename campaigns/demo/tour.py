"""The numbered tour: five things to do, each with its link."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from campaigns.core.campaign import CampaignState
from campaigns.models import Campaign
from newsletter import signin
from newsletter.models import Member, User
from newsletter.servers.catcher import Catcher

HOST = "Mas des Oliviers"


@dataclass(frozen=True)
class Stop:
    """One step of the tour: what to do, and where."""

    words: str
    link: str


def enter(user: User, to: str) -> str:
    """Return the demo's one-click log-in of this person, leading to a page."""
    return str(settings.SITE_URL) + reverse("demo-enter", args=[signin.demo_token(user, to)])


def stops(*, reader: str) -> list[Stop]:
    """Return what there is to do at the stage that the story has reached."""
    catcher = Catcher(settings.CATCHER_URL)
    host = User.objects.filter(memberships__member__name=HOST).first()
    member = Member.objects.filter(name=HOST).first()
    board = User.objects.filter(user_permissions__codename="board").order_by("pk").first()
    found = []
    if Campaign.objects.filter(state=CampaignState.FINISHED).exists() and catcher.last_mail_to(reader):
        found.append(Stop("Ouvrir le courriel de Jeanne", catcher.page_of(reader, first=True)))
        if board:
            found.append(
                Stop(
                    "Y cliquer « Se désinscrire », puis voir ici un lecteur de moins",
                    enter(board, reverse("readers")),
                )
            )
    if host and member:
        found.append(Stop(f"Proposer une offre pour {HOST}", enter(host, reverse("offer-new", args=[member.pk]))))
    if board:
        found += [
            Stop("Au bureau, la relire et l’accepter", enter(board, reverse("board:offers") + "?state=submitted")),
            Stop(
                "La placer, voir l’aperçu, verrouiller, puis l’envoyer aux lecteurs autour de Maussane",
                enter(board, reverse("board:editions")),
            ),
        ]
    return found
