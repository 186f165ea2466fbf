"""What the roles are called, and what each of them may do."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from newsletter.core.roles import Role

Words = str | Promise

ROLES: dict[str, Words] = {
    Role.EDITOR.value: _("Rédaction"),
    Role.BOARD.value: _("Bureau"),
    Role.ADMIN.value: _("Administration"),
}

MEANINGS: dict[str, Words] = {
    Role.EDITOR.value: _("relit les offres, écrit et compose les éditions ; ne lance pas d’envoi, ne gère personne"),
    Role.BOARD.value: _("tout cela, et lance les envois, connaît les lecteurs, gère les membres et le catalogue"),
    Role.ADMIN.value: _("tout cela, et donne ou retire les rôles"),
}
