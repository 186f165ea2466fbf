"""Every address of the house; the other wings are named by string."""

from django.conf import settings
from django.conf.urls.static import static
from django.urls import URLPattern, URLResolver, include, path

from newsletter.views import agenda, archive, call, demo, desk, home, invitation, language, member, partner, signin

urlpatterns: list[URLPattern | URLResolver] = [
    # The ways out of every letter come first: they are asked by thousands at once.
    path("", include("audiences.urls")),
    path("", include("campaigns.urls")),
    path("", home.home, name="home"),
    path("langue/", language.set_language, name="set_language"),
    path("connexion/", signin.sign_in, name="sign-in"),
    path("connexion/code/", signin.sign_in_code, name="sign-in-code"),
    path("connexion/lien/<str:token>/<str:again>/", signin.sign_in_link, name="sign-in-link"),
    path("connexion/nouveau-lien/<str:again>/", signin.sign_in_again, name="sign-in-again"),
    path("deconnexion/", signin.sign_out, name="sign-out"),
    path("demo/entrer/<str:token>/", demo.enter, name="demo-enter"),
    path("espace/", desk.desk, name="desk"),
    path("espace/<int:member_id>/nouvelle-offre/", desk.offer_new, name="offer-new"),
    path("espace/<int:member_id>/lien/", member.link, name="member-link"),
    path("espace/<int:member_id>/qr.<str:kind>", member.code, name="member-code"),
    path("membres/<slug:slug>/", member.page, name="member-page"),
    path("espace/offres/<int:offer_id>/", desk.offer, name="offer"),
    path("espace/offres/<int:offer_id>/modifier/", desk.offer_edit, name="offer-edit"),
    path("espace/<int:member_id>/garder/", desk.offer_begin, name="offer-begin"),
    path("espace/offres/<int:offer_id>/garder/", desk.offer_keep, name="offer-keep"),
    path("espace/offres/<int:offer_id>/photo/", desk.offer_picture, name="offer-picture"),
    path("espace/offres/<int:offer_id>/apercu/", desk.offer_preview, name="offer-preview"),
    path("espace/offres/<int:offer_id>/copier/", desk.offer_copy, name="offer-copy"),
    path("espace/offres/<int:offer_id>/envoyer/", desk.offer_submit, name="offer-submit"),
    path("espace/offres/<int:offer_id>/contester/", desk.offer_object, name="offer-object"),
    path("espace/offres/<int:offer_id>/retirer/", desk.offer_withdraw, name="offer-withdraw"),
    path("espace/offres/<int:offer_id>/reprendre/", desk.offer_resume, name="offer-resume"),
    path("invitation/<str:token>/", invitation.invitation, name="invitation"),
    path("invitation/<str:token>/garder/", invitation.keep, name="invitation-keep"),
    path("invitation/<str:token>/photo/", invitation.picture, name="invitation-picture"),
    path("invitation/<str:token>/apercu/", invitation.preview, name="invitation-preview"),
    path("invitation/<str:token>/copier/", invitation.copy, name="invitation-copy"),
    path("invitation/<str:token>/appel/", call.invited, name="invitation-call"),
    path("invitation/<str:token>/pas-cette-fois/", call.invited_decline, name="invitation-decline"),
    path("invitation/<str:token>/finalement/", call.invited_think_again, name="invitation-think-again"),
    path("espace/operations/<int:call_id>/", call.call, name="call"),
    path("espace/operations/<int:call_id>/pas-cette-fois/", call.decline, name="call-decline"),
    path("espace/operations/<int:call_id>/finalement/", call.think_again, name="call-think-again"),
    path("consultation/<str:token>/", partner.consultation, name="consultation"),
    path("consultation/<str:token>/avis/", partner.remark, name="consultation-remark"),
    path("consultation/<str:token>/destination/", partner.contribute, name="consultation-contribute"),
    path(
        "consultation/<str:token>/destination/<int:contribution_id>/retirer/",
        partner.take_back,
        name="consultation-take-back",
    ),
    path("bureau/", include("newsletter.board_urls")),
    path("agenda.ics", agenda.public, name="agenda"),
    path("agenda/<str:token>.ics", agenda.own, name="board-agenda"),
    path("editions/", archive.listing, name="editions"),
    path("editions/<slug:slug>/", archive.edition, name="edition-archive"),
    # In production the web server hands out /media/.
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
]
