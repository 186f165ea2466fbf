from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from newsletter import roles
from newsletter.core.roles import Role


class Command(BaseCommand):
    help = "Give someone a role (editor, board, admin); the first admin of an installation is named this way."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("role", choices=[role.value for role in Role])
        parser.add_argument("--name", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = roles.appoint(
                email=options["email"],
                name=options["name"],
                role=Role(options["role"]),
                by=None,
                now=timezone.now(),
            )
        except roles.LastAdmin:
            raise CommandError("Nobody else is admin: name another one first.") from None
        self.stdout.write(f"{user.name or 'person'} {user.pk}: {options['role']}")
