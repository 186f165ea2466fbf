"""`manage.py why ADDRESS CAMPAIGN`: why did this reader get it, or not?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.formats import date_format

from audiences.core.address import BadAddress
from audiences.words import ADDRESS_FAULTS
from campaigns import flight
from campaigns.flight_words import sentence
from campaigns.management.campaigns import campaign_named


class Command(BaseCommand):
    help = "Say the chain of reasons from the segment to the state of one reader's message, each with its time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="“-” reads it from the standard input, so that no shell remembers it")
        parser.add_argument("campaign", type=int)

    def handle(self, *args: Any, address: str, campaign: int, **options: Any) -> None:
        if address == "-":
            address = input().strip()
        try:
            chain = flight.why(address, campaign_named(campaign))
        except BadAddress as problem:
            raise CommandError(str(ADDRESS_FAULTS[problem.code])) from None
        for reason in chain:
            when = date_format(timezone.localtime(reason.at), "Y-m-d H:i:s") if reason.at else " " * 19
            self.stdout.write(f"{when}  {sentence(reason)}")
