"""What was found where a test mail arrived, in words for hoteliers: what happened, what it means, what to do."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.core.arrival import Finding, Gravity, Kind, gravity

Words = Promise | str

_RELAY = _("Montrez cette page à la personne qui a installé Garrigue : c’est un réglage du relais.")
_TRACKING = _(
    "Dans le compte du relais, éteignez le suivi des ouvertures et des clics (« tracking »), puis refaites ce test."
)
_NOTHING = _("Rien à faire.")

WORDS: dict[Kind, tuple[Words, Words, Words]] = {
    Kind.NOT_A_MAIL: (
        _("Ce n’est pas la source d’un mail."),
        _("Il manque ses en-têtes : expéditeur, chemin, signature."),
        _("Collez la source entière, ou joignez le fichier .eml : voyez plus bas comment l’obtenir."),
    ),
    Kind.OTHER_MAIL: (
        _("C’est un autre mail que celui de ce test."),
        _("Rien n’a été comparé."),
        _("Prenez le mail arrivé après ce test-ci, à l’heure indiquée plus haut."),
    ),
    Kind.UNSUBSCRIBE_GONE: (
        _("Le bouton « Se désabonner » a disparu."),
        _(
            "Les messageries n’ont plus de quoi le proposer. Gmail, Yahoo et Microsoft l’exigent, et un lecteur qui ne "
            "le trouve pas signale la lettre comme indésirable."
        ),
        _RELAY,
    ),
    Kind.UNSUBSCRIBE_ADDED: (
        _("Le relais a ajouté son propre lien de désinscription."),
        _(
            "Les messageries n’en retiennent qu’un. Un lecteur peut se croire désabonné chez nous et ne l’être que "
            "chez le relais, sans que nous le sachions."
        ),
        _("Dans le compte du relais, éteignez l’ajout de « List-Unsubscribe », puis refaites ce test."),
    ),
    Kind.UNSUBSCRIBE_REPLACED: (
        _("Le relais a remplacé notre lien de désinscription par le sien."),
        _("Qui se désabonne ne l’est que chez le relais : nous ne l’apprenons pas, et nos listes sont fausses."),
        _("Dans le compte du relais, éteignez la gestion des désinscriptions, puis refaites ce test."),
    ),
    Kind.UNSUBSCRIBE_CUT: (
        _("La désinscription par mail a été retirée ; celle par un clic est restée."),
        _("Presque toutes les messageries se servent de la seconde."),
        _NOTHING,
    ),
    Kind.ONE_CLICK_GONE: (
        _("La désinscription ne se fait plus en un clic."),
        _("Gmail et Yahoo l’exigent : sans elle, la lettre risque d’aller aux indésirables."),
        _RELAY,
    ),
    Kind.UNSUBSCRIBE_NOT_SIGNED: (
        _("La signature ne couvre pas le lien de désinscription."),
        _("Les messageries ne montrent le bouton « Se désabonner » que si la signature répond de lui."),
        _("Faites ajouter « List-Unsubscribe » et « List-Unsubscribe-Post » à ce que la signature DKIM couvre."),
    ),
    Kind.DKIM_MISSING: (
        _("La lettre arrive sans signature (DKIM)."),
        _(
            "Rien ne prouve qu’elle vient de vous. Gmail, Yahoo et Microsoft la refusent ou la mettent aux "
            "indésirables."
        ),
        _("Faites activer DKIM pour votre domaine chez le relais, ou donnez une clé à Garrigue (DKIM_KEY)."),
    ),
    Kind.DKIM_BROKEN: (
        _("La signature (DKIM) ne correspond plus au message."),
        _("Pour les messageries, la lettre a été modifiée en route : elle peut finir aux indésirables."),
        _("Un copier-coller peut aussi l’abîmer : vérifiez avec le fichier .eml. Si cela dure, parlez-en au relais."),
    ),
    Kind.DKIM_NO_KEY: (
        _("La clé de la signature (DKIM) n’est pas publiée."),
        _("La lettre est signée, mais personne ne peut le vérifier : c’est comme si elle ne l’était pas."),
        _("Faites publier dans votre zone DNS la ligne DKIM que donne le relais, puis refaites ce test."),
    ),
    Kind.DKIM_OTHER_DOMAIN: (
        _("La lettre est signée par un autre domaine que le vôtre."),
        _("Les messageries se fient au relais, pas à vous. Si votre domaine a une règle DMARC, elle peut la refuser."),
        _("Faites activer DKIM pour votre propre domaine chez le relais."),
    ),
    Kind.DKIM_UNCHECKED: (
        _("La signature n’a pas pu être vérifiée : l’annuaire du domaine (DNS) n’a pas répondu."),
        _("Cela ne dit rien de la lettre."),
        _("Refaites la comparaison dans quelques minutes."),
    ),
    Kind.LINKS_REWRITTEN: (
        _("Les liens ont été remplacés."),
        _(
            "Chaque clic passe par quelqu’un d’autre, qui peut savoir quel lecteur a cliqué. Vos lecteurs n’y ont pas "
            "consenti, et les liens mourront avec le compte du relais."
        ),
        _TRACKING,
    ),
    Kind.LINKS_GUARDED: (
        _("La messagerie d’arrivée fait passer les liens par son contrôle de sécurité."),
        _("C’est elle qui le fait pour les boîtes qu’elle protège, pas votre relais."),
        _("Pour connaître votre relais, refaites ce test avec une boîte d’une autre messagerie."),
    ),
    Kind.LINKS_ADDED: (
        _("Des liens ont été ajoutés à la lettre."),
        _("Les lecteurs voient sous votre nom un lien que vous n’avez pas mis."),
        _RELAY,
    ),
    Kind.LINKS_GONE: (
        _("Des liens ont disparu de la lettre."),
        _("Les lecteurs ne peuvent plus aller où la lettre les mène."),
        _RELAY,
    ),
    Kind.PIXEL_ADDED: (
        _("Une image invisible a été ajoutée."),
        _(
            "Elle dit au relais qui ouvre la lettre, et quand. La loi demande pour cela l’accord de chaque lecteur "
            "(CNIL, 2026-042) : le vôtre ne suffit pas."
        ),
        _TRACKING,
    ),
    Kind.PICTURES_CHANGED: (
        _("Les images ne sont plus celles qui sont parties."),
        _("Elles viennent d’ailleurs, ou il y en a de plus ou de moins : regardez la lettre dans la boîte d’arrivée."),
        _RELAY,
    ),
    Kind.SENDER_CHANGED: (
        _("L’expéditeur n’est plus le même."),
        _("Les lecteurs ne vous reconnaissent pas, et la signature de votre domaine ne vaut plus rien."),
        _("Faites valider votre adresse d’expédition chez le relais, puis refaites ce test."),
    ),
    Kind.REPLY_TO_CHANGED: (
        _("Les réponses n’arriveront plus au bon endroit."),
        _("L’adresse de réponse a été retirée ou remplacée."),
        _RELAY,
    ),
    Kind.SUBJECT_CHANGED: (
        _("L’objet a changé."),
        _("Souvent, c’est une messagerie qui y note « SPAM » ou « EXTERNE » : lisez ce qui y est ajouté."),
        _("Si c’est un avertissement, refaites ce test avec une autre boîte, pour savoir d’où il vient."),
    ),
    Kind.PAGE_GONE: (
        _("La mise en page a disparu : seul le texte est arrivé."),
        _("Les lecteurs voient une lettre nue, sans images."),
        _RELAY,
    ),
    Kind.TEXT_GONE: (
        _("La version en texte seul a disparu."),
        _("Elle sert aux lecteurs d’écran et aux montres, et son absence éveille les filtres."),
        _RELAY,
    ),
    Kind.WORDS_ADDED: (
        _("Des mots ont été ajoutés à la lettre."),
        _("Les lecteurs les lisent sous votre nom : une publicité du relais, ou un bandeau de la messagerie."),
        _("Lisez-les ci-dessous. Si c’est le relais, une offre payante ou un réglage les retire d’ordinaire."),
    ),
    Kind.WORDS_CHANGED: (
        _("Le texte n’est plus celui qui est parti."),
        _("Il en manque, ou des lettres sont abîmées : lisez la lettre dans la boîte d’arrivée."),
        _RELAY,
    ),
    Kind.PART_ADDED: (
        _("Une pièce jointe a été ajoutée."),
        _("Elle ne vient pas de vous. Les messageries se méfient des pièces jointes."),
        _RELAY,
    ),
    Kind.LIST_ID_CHANGED: (
        _("Le nom de la liste (List-Id) a changé."),
        _("Les lecteurs qui classent la lettre d’eux-mêmes ne la retrouvent plus à sa place."),
        _RELAY,
    ),
    Kind.MESSAGE_ID_CHANGED: (
        _("Le relais donne à la lettre un numéro (Message-ID) à lui."),
        _("C’est l’habitude de certains. Un retour qui ne cite que ce numéro ne serait pas reconnu."),
        _("Branchez les annonces du relais (webhook) : docs/feedback.md dit comment."),
    ),
    Kind.RETURN_PATH_CHANGED: (
        _("Les retours (adresses mortes, boîtes pleines) vont au relais, pas à Garrigue."),
        _("C’est l’habitude de la plupart. Sans les annonces du relais, nous n’apprenons pas ces retours."),
        _("Branchez les annonces du relais (webhook) : docs/feedback.md dit comment."),
    ),
}
TONES = {Gravity.STOP: "stop", Gravity.SEE: "wait", Gravity.NOTE: "rest"}
LABELS = {Gravity.STOP: _("À corriger"), Gravity.SEE: _("À voir"), Gravity.NOTE: _("Bon à savoir")}


@dataclass(frozen=True)
class Said:
    """One finding in words."""

    label: Words
    tone: str
    what: Words
    means: Words
    do: Words
    times: int
    shown: str


def said(finding: Finding) -> Said:
    """Return a finding in words."""
    weight = gravity(finding.kind)
    what, means, do = WORDS[finding.kind]
    return Said(LABELS[weight], TONES[weight], what, means, do, finding.times, " · ".join(finding.shown))
