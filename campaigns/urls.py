"""The addresses of the sending."""

from django.urls import URLPattern, URLResolver, path

from campaigns.views import campaign, details, hooks, member, monitor, paces, prepare, rounds, share, targets, why

urlpatterns: list[URLPattern | URLResolver] = [
    path("bureau/editions/<int:edition_id>/envoi/", prepare.prepare, name="campaign-prepare"),
    path("bureau/envois/", campaign.campaigns, name="campaigns"),
    path("bureau/envois/relais/", paces.pace, name="pace"),
    path("bureau/envois/relais/demarrage/", paces.warm_up, name="warm-up"),
    path("bureau/envois/<int:campaign_id>/", campaign.campaign, name="campaign"),
    path("bureau/envois/<int:campaign_id>/lancer/", prepare.launch_page, name="campaign-launch"),
    path("bureau/envois/<int:campaign_id>/lancer/oui/", prepare.launch, name="campaign-launch-now"),
    path("bureau/envois/<int:campaign_id>/reprendre-la-main/", campaign.take_back, name="campaign-take-back"),
    path("bureau/envois/<int:campaign_id>/pause/", campaign.pause, name="campaign-pause"),
    path("bureau/envois/<int:campaign_id>/reprise/", campaign.resume, name="campaign-resume"),
    path("bureau/envois/<int:campaign_id>/annuler/", campaign.cancel, name="campaign-cancel"),
    path("bureau/envois/<int:campaign_id>/renvoyer/", rounds.again, name="campaign-again"),
    path("bureau/envois/<int:campaign_id>/renvoyer/echecs/", rounds.resend_failed, name="campaign-resend-failed"),
    path("bureau/envois/<int:campaign_id>/renvoyer/incertains/", rounds.resend_doubt, name="campaign-resend-doubt"),
    path("bureau/envois/<int:campaign_id>/incertains/<int:delivery_id>/", rounds.prove, name="campaign-prove"),
    path("bureau/envois/<int:campaign_id>/pourquoi/", why.why, name="campaign-why"),
    path("bureau/envois/<int:campaign_id>/details/", details.details, name="campaign-details"),
    path("bureau/membres/<int:member_id>/part/", share.of_member, name="member-share"),
    path("bureau/operations/<int:operation_id>/lecteurs/", targets.operation_targets, name="operation-targets"),
    path("retours/<slug:provider>/", hooks.hook, name="hook"),
    path("health", monitor.health, name="health"),
    path("metrics", monitor.metrics, name="metrics"),
    path("espace/<int:member_id>/bilan/", member.season, name="member-report"),
    path("espace/<int:member_id>/bilan.pdf", member.season_paper, name="member-report-pdf"),
    path("espace/<int:member_id>/bilan.csv", member.season_table, name="member-report-csv"),
    path("espace/offres/<int:offer_id>/portee/", member.offer_report, name="offer-report"),
    path("espace/membres/<int:member_id>/part/", share.own, name="own-share"),
]
