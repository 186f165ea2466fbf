"""The board's desk, under /bureau/."""

from django.urls import URLPattern, URLResolver, path

from newsletter.views.board import composer, editions, home, invitations, members, offers, preview

app_name = "board"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("offres/", offers.listing, name="offers"),
    path("offres/<int:offer_id>/", offers.reading, name="offer"),
    path("offres/<int:offer_id>/accepter/", offers.approve, name="offer-approve"),
    path("offres/<int:offer_id>/retourner/", offers.request_changes, name="offer-return"),
    path("offres/<int:offer_id>/refuser/", offers.decline, name="offer-decline"),
    path("offres/<int:offer_id>/inviter/", invitations.invite, name="offer-invite"),
    path("invitations/<int:invitation_id>/retirer/", invitations.revoke, name="invitation-revoke"),
    path("membres/<int:member_id>/inviter/", invitations.invite_member, name="member-invite"),
    path("membres/", members.listing, name="members"),
    path("membres/nouveau/", members.new, name="member-new"),
    path("membres/communes/", members.communes, name="communes"),
    path("editions/", editions.listing, name="editions"),
    path("editions/nouvelle/", editions.new, name="edition-new"),
    path("editions/<int:edition_id>/", composer.edition, name="edition"),
    path("editions/<int:edition_id>/texte/", composer.write, name="edition-write"),
    path("editions/<int:edition_id>/placer/<int:offer_id>/", composer.place, name="edition-place"),
    path("editions/<int:edition_id>/deplacer/<int:offer_id>/", composer.move, name="edition-move"),
    path("editions/<int:edition_id>/retirer/<int:offer_id>/", composer.remove, name="edition-remove"),
    path("editions/<int:edition_id>/actualiser/<int:offer_id>/", composer.refresh, name="edition-refresh"),
    path("editions/<int:edition_id>/ordre/", composer.arrange, name="edition-arrange"),
    path("editions/<int:edition_id>/verrouiller/", composer.lock, name="edition-lock"),
    path("editions/<int:edition_id>/rouvrir/", composer.reopen, name="edition-reopen"),
    path("editions/<int:edition_id>/test/", composer.send_test, name="edition-test"),
    path("editions/<int:edition_id>/apercu/", preview.html, name="preview"),
    path("editions/<int:edition_id>/apercu.txt", preview.text, name="preview-text"),
]
