"""`manage.py demo`: the whole main job alive, with real servers, real workers and real SMTP."""

import signal
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, TextIO, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from audiences.core.consent import SubscriptionState
from audiences.models import Subscriber, Subscription
from audiences.story_words import sentence
from campaigns import chunks
from campaigns.core.campaign import CampaignState
from campaigns.core.tally import Tally
from campaigns.demo import reader as reader_hand
from campaigns.demo import tour
from campaigns.demo.ending import Ending
from campaigns.demo.processes import ProcessEnded, Processes
from campaigns.demo.screen import Screen
from campaigns.demo.telling import STANDARD, STORY, Telling
from campaigns.models import Campaign, Delivery
from campaigns.words import number
from newsletter.core.rows import BadLine
from newsletter.models import Edition
from newsletter.servers.catcher import Catcher

STAGES = ("review", "call", "composed", "sent")
# How much of the whole story each stage is, in percent.
SHARES = {"review": 24, "call": 28, "composed": 28, "sent": 100}
# Seconds in which nothing moved: something is broken, however many readers there are.
PATIENCE = 60


class Command(BaseCommand):
    help = "Show the whole main job alive: load, review, compose, send, leave, send again, and keep serving."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="with fresh servers: run, check, end")
        parser.add_argument("--stage", choices=STAGES, default="sent", help="how far to tell the story")
        parser.add_argument("--subscribers", type=int, default=STANDARD, metavar="N", help="how many readers")
        parser.add_argument("--from", dest="folder", type=Path, default=STORY, help="a folder of your own files")

    def handle(self, *, once: bool, stage: str, subscribers: int, folder: Path, **_: Any) -> None:
        """Tell the story to its stage; with --once check it to the last message, else serve until Ctrl-C."""
        if once and stage != "sent":
            raise CommandError("--once runs the whole story: leave --stage away.")
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        if subscribers < 10:
            raise CommandError("A story needs at least ten readers.")
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a script's & would have us ignore Ctrl-C
        self.screen = Screen(cast(TextIO, self.stdout._out), total=SHARES[stage])
        self.catcher = Catcher(settings.CATCHER_URL)
        port = urlsplit(settings.SITE_URL).port or 8000
        telling = Telling(folder.absolute(), subscribers, timezone.now())
        if telling.folder != STORY and subscribers != STANDARD:
            raise CommandError("--subscribers makes readers for the demo's own story; a folder of yours has its own.")
        if missing := telling.lacks():
            raise CommandError(f"A story needs these files too, and {folder} lacks them: {', '.join(missing)}.")
        if stage == "call" and not telling.has_operation():
            raise CommandError(f"The stage “call” tells of an operation.toml, and {folder} has none.")
        try:
            for step in telling.prepare():
                self.screen.chapter(step, 4)
            with transaction.atomic():  # one bad line, and nothing of the folder is there
                composed = self._tell(telling, stage)
            with Processes(port=port) as self.processes:
                self.processes.wait_for_web()
                ending = self._send(telling, composed) if stage == "sent" else None
                self.screen.end()
                if once and ending:
                    self._check(ending)
                    return
                self._serve()
        except BadLine as wrong:
            raise CommandError(sentence(wrong)) from wrong
        except ProcessEnded as problem:
            raise CommandError(str(problem)) from problem
        except KeyboardInterrupt:
            self.stdout.write("\nAu revoir.")
        finally:
            self.screen.close()

    def _check(self, ending: Ending) -> None:
        """Say what the story came to; raise CommandError if that is not what was promised."""
        if faults := ending.faults():
            raise CommandError(f"{ending.line}\nThe story did not end well: {'; '.join(faults)}.")
        self.stdout.write(ending.line)

    def _tell(self, telling: Telling, stage: str) -> list[Edition]:
        """Load, review and compose, as far as the stage goes; return what was composed."""
        for step in telling.load():
            self.screen.chapter(step, 4)
        self.screen.chapter("Les membres proposent, le bureau relit", 4)
        telling.review(decide=stage != "review")
        if stage == "review":
            return []
        if stage == "call":
            self.screen.chapter("Une opération appelle les membres, des partenaires ont donné leur avis", 4)
            telling.call()
            return []
        self.screen.chapter("L’édition est composée et verrouillée", 4)
        return telling.compose()

    def _send(self, telling: Telling, composed: list[Edition]) -> Ending:
        """Send the first edition to everyone, let one reader leave, send the others; return what came of it."""
        first, *others = composed
        jeanne = Subscriber.objects.order_by("pk")[0]
        for reader in (jeanne, tour.neighbour(but=jeanne)):
            if reader:
                self.catcher.follow(reader.address)
        # a second start tells on; its catcher may have forgotten the mails of the first
        told = first.campaigns.filter(state=CampaignState.FINISHED).exists()
        self.screen.chapter(f"« {first.title} » part", 50)
        campaign = telling.send(first)
        tally = self._watch(campaign)
        captured = self.catcher.captured()
        self.screen.tell(f"{number(tally.sent)} lettres {'étaient déjà parties' if told else 'parties'}, par SMTP")
        leaver = "" if told else self._someone_leaves(campaign, but=jeanne.address)
        before = self.catcher.captured(leaver) if leaver else 0
        for edition in others:
            self.screen.chapter(f"Une autre lettre suit : « {edition.title} »", 18 // len(others))
            self._watch(telling.send(edition))
        again = self.catcher.captured(leaver) - before if leaver else 0
        left = Subscription.objects.filter(newsletter=telling.newsletter, state=SubscriptionState.ENDED).count()
        return Ending(tally, captured, left, again if others else None)

    def _watch(self, campaign: Campaign) -> Tally:
        """Move the bar with the sending until it is finished; a pause or a dead process ends the story."""
        moved, before = time.monotonic(), chunks.tally(campaign)
        while True:
            self.processes.look()
            campaign.refresh_from_db()
            tally = chunks.tally(campaign)
            if tally != before:
                moved, before = time.monotonic(), tally
            done = (tally.total - tally.open) / tally.total if tally.total else 0.0
            self.screen.within(f"{number(tally.sent)} lettres parties sur {number(tally.total)}", done)
            if campaign.state == CampaignState.FINISHED:
                return tally
            if campaign.state in (CampaignState.PAUSED, CampaignState.CANCELLED) or time.monotonic() > moved + PATIENCE:
                why = f"{campaign.pause_reason} {campaign.pause_detail}".strip()
                raise CommandError(f"The sending stands still: {campaign.state} {why} {tally}")
            time.sleep(0.2)

    def _someone_leaves(self, campaign: Campaign, *, but: str) -> str:
        """Take the one-click link of a captured mail and post to it; return whose it was."""
        self.screen.chapter("Une lectrice s’en va d’un clic", 4)
        sent = Delivery.objects.filter(campaign=campaign, state="sent", subscriber__isnull=False)
        last = sent.select_related("subscriber").order_by("-settled_at", "-pk")[:50]
        # Jeanne stays for the tour, unless she is the only one
        for address in sorted((row.subscriber.address for row in last if row.subscriber), key=but.__eq__):
            mail = self.catcher.last_mail_to(address)
            if mail is not None:
                reader_hand.leave(mail)
                return address
        raise CommandError("No captured mail could be read.")

    def _serve(self) -> None:
        """Print the tour and keep serving until Ctrl-C or until a process ends."""
        found = tour.stops(reader=Subscriber.objects.order_by("pk")[0])
        self.screen.tour(found, site=settings.SITE_URL, mails=settings.CATCHER_URL)
        while True:
            self.processes.look()
            time.sleep(1)
