"""The numbered tour: a few things to do, each with its link."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from audiences.models import Subscriber
from campaigns.core.campaign import CampaignState
from campaigns.demo.telling import first_member
from campaigns.models import Campaign
from newsletter import calls, consultation, signin
from newsletter.core.operation import Answer, OperationState
from newsletter.models import Operation, User
from newsletter.servers.catcher import Catcher


@dataclass(frozen=True)
class Stop:
    """One step of the tour: what to do, and where; `then` is what to do afterwards, with its own link."""

    words: str
    link: str
    then: str = ""


def enter(user: User, to: str) -> str:
    """Return the demo's one-click log-in of this person, leading to a page."""
    return str(settings.SITE_URL) + reverse("demo-enter", args=[signin.demo_token(user, to)])


def neighbour(*, but: Subscriber) -> Subscriber | None:
    """Return a reader who lives where the story's host is at home; None if there is no other."""
    at_home = Subscriber.objects.filter(commune=first_member().commune.insee, first_name__gt="")
    return at_home.exclude(pk=but.pk).order_by("pk").first()


def stops(*, reader: Subscriber) -> list[Stop]:
    """Return what there is to do at the stage that the story has reached."""
    catcher = Catcher(settings.CATCHER_URL)
    member = first_member()
    host = User.objects.filter(memberships__member=member).first()
    board = User.objects.filter(user_permissions__codename="board").order_by("pk").first()
    found = []
    if Campaign.objects.filter(state=CampaignState.FINISHED).exists() and catcher.last_mail_to(reader.address):
        name = reader.first_name or "la première lectrice"
        found.append(Stop(f"Ouvrir le courriel de {name}", catcher.page_of(reader.address, first=True)))
        if board:
            leave = "Y cliquer « Se désinscrire », puis voir ici un lecteur de moins"
            found.append(Stop(leave, enter(board, reverse("readers"))))
    found += _call(board)
    if host:
        found.append(Stop(f"Proposer une offre pour {member}", enter(host, reverse("offer-new", args=[member.pk]))))
    if board:
        approve = "Au bureau, accepter cette offre, puis l’ajouter à une nouvelle édition et voir l’aperçu"
        found.append(Stop(approve, enter(board, reverse("board:offers") + "?state=submitted")))
        send = f"Verrouiller l’édition, l’envoyer aux lecteurs autour de {member.commune.name} et patienter une minute"
        found.append(Stop(send, enter(board, reverse("board:editions")), *_letter_to_read(catcher, but=reader)))
    return found


def _call(board: User | None) -> list[Stop]:
    """Return what there is to see of an operation whose call runs: the board's side, a partner's, a member's."""
    operation = Operation.objects.filter(state=OperationState.CALLING).order_by("-pk").first()
    if operation is None or board is None:
        return []
    found = [
        Stop(
            f"Au bureau, suivre l’appel « {operation} »",
            enter(board, reverse("board:operation-call", args=[operation.pk])),
        )
    ]
    asked = operation.consultations.order_by("pk").first()
    if asked:
        link = settings.SITE_URL + reverse("consultation", args=[consultation.token_of(asked)])
        found.append(Stop(f"Lire l’opération comme la lit {asked.partner}", link))
    for one in calls.with_answers(operation):
        person = User.objects.filter(memberships__member=one.call.member).first()
        if one.said is Answer.NONE and person:
            found.append(
                Stop(f"Répondre à l’appel pour {one.call.member}", enter(person, reverse("call", args=[one.call.pk])))
            )
            break
    selection = reverse("board:operation-selection", args=[operation.pk])
    found.append(Stop("Voir qui serait placé si l’appel se fermait maintenant", enter(board, selection)))
    return found


def _letter_to_read(catcher: Catcher, *, but: Subscriber) -> tuple[str, ...]:
    reader = neighbour(but=but)
    if reader is None:
        return ()
    catcher.follow(reader.address)
    return (f"puis lire la lettre de {reader.first_name} : {catcher.page_of(reader.address)}",)
