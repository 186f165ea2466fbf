"""The addresses of this wing. Those of tokens stand in every mail ever sent: they never change."""

from django.urls import URLPattern, URLResolver, path

from audiences.views import board, builder, subscribe, tokens

urlpatterns: list[URLPattern | URLResolver] = [
    path("u/<str:token>", tokens.unsubscribe, name="unsubscribe"),
    path("lettre/<slug:slug>/", subscribe.subscribe, name="subscribe"),
    path("lettre/<slug:slug>/merci/", subscribe.thanks, name="subscribe-thanks"),
    path("communes/", subscribe.communes, name="communes"),
    path("confirmer/<str:token>/", tokens.confirm, name="confirm"),
    path("preferences/<str:token>/", tokens.preferences, name="preferences"),
    path("u/<str:token>/revenir/", tokens.come_back, name="come-back"),
    path("mesure/<str:token>/", tokens.unmeasure, name="unmeasure"),
    path("bureau/segments/", board.segments, name="segments"),
    path("bureau/segments/nouveau/", board.segment_new, name="segment-new"),
    path("bureau/segments/<int:segment_id>/", board.segment, name="segment"),
    path("bureau/segments/apercu/", board.segment_preview, name="segment-preview"),
    path("bureau/segments/composer/", builder.build, name="segment-build"),
    path("bureau/segments/<int:segment_id>/composer/", builder.build, name="segment-rebuild"),
    path("bureau/segments/trouves/", builder.found, name="segment-found"),
    path("bureau/segments/<int:segment_id>/supprimer/", builder.delete, name="segment-delete"),
    path("bureau/lecteurs/", board.readers, name="readers"),
]
