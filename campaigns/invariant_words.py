"""The ledger's promises, in sentences for whoever runs it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    "I1": _("Les comptes ne retombent pas sur la liste de lecteurs arrêtée au départ."),
    "I2": _("Quelqu’un a deux messages partis dans le même tour."),
    "I3": _("Un message est dit parti sans réponse du serveur et sans preuve."),
    "I4": _("Un message est « en train de partir » alors qu’aucun processus ne peut plus l’envoyer."),
    "I5": _("Un message a été préparé après la désinscription de son lecteur."),
    "I6": _("Un envoi est terminé avec des messages ouverts, ou reste ouvert alors que tout est fait."),
    "I7": _("Un message a été essayé plus souvent que permis."),
}
