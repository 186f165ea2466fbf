"""The addresses of this wing. Those of tokens stand in every mail ever sent: they never change."""

from django.urls import URLPattern, URLResolver, path

from audiences.views import board, builder, exporting, importing, mydata, rules, subscribe, tokens

urlpatterns: list[URLPattern | URLResolver] = [
    path("u/<str:token>", tokens.unsubscribe, name="unsubscribe"),
    path("lettre/<slug:slug>/", subscribe.subscribe, name="subscribe"),
    path("lettre/<slug:slug>/merci/", subscribe.thanks, name="subscribe-thanks"),
    path("communes/", subscribe.communes, name="communes"),
    path("confirmer/<str:token>/", tokens.confirm, name="confirm"),
    path("preferences/<str:token>/", tokens.preferences, name="preferences"),
    path("preferences/<str:token>/tout-quitter/", tokens.leave_all, name="leave-all"),
    path("preferences/<str:token>/mes-donnees/", mydata.ask, name="my-data-ask"),
    path("mes-donnees/<str:token>/", mydata.show, name="my-data"),
    path("mes-donnees/<str:token>/donnees.json", mydata.take, {"kind": "json"}, name="my-data-json"),
    path("mes-donnees/<str:token>/donnees.csv", mydata.take, {"kind": "csv"}, name="my-data-csv"),
    path("mes-donnees/<str:token>/oublier/", mydata.forget, name="forget-me"),
    path("u/<str:token>/revenir/", tokens.come_back, name="come-back"),
    path("rester/<str:token>/", tokens.stay, name="stay"),
    path("mesure/<str:token>/", tokens.unmeasure, name="unmeasure"),
    path("bureau/segments/", board.segments, name="segments"),
    path("bureau/segments/nouveau/", board.segment_new, name="segment-new"),
    path("bureau/segments/<int:segment_id>/", board.segment, name="segment"),
    path("bureau/segments/apercu/", board.segment_preview, name="segment-preview"),
    path("bureau/segments/<int:segment_id>/lecteurs.csv", exporting.table, name="segment-csv"),
    path("bureau/segments/<int:segment_id>/lecteurs.xlsx", exporting.workbook, name="segment-xlsx"),
    path("bureau/segments/composer/", builder.build, name="segment-build"),
    path("bureau/segments/<int:segment_id>/composer/", builder.build, name="segment-rebuild"),
    path("bureau/segments/trouves/", builder.found, name="segment-found"),
    path("bureau/segments/<int:segment_id>/supprimer/", builder.delete, name="segment-delete"),
    path("bureau/lecteurs/", board.readers, name="readers"),
    path("bureau/lecteurs/rythme/", rules.rules, name="reader-rules"),
    path("bureau/lecteurs/formulaire/", rules.snippet, name="signup-snippet"),
    path("bureau/lecteurs/lecteurs.csv", exporting.table, name="readers-csv"),
    path("bureau/lecteurs/lecteurs.xlsx", exporting.workbook, name="readers-xlsx"),
    path("bureau/lecteurs/importer/", importing.receive, name="imports"),
    path("bureau/lecteurs/importer/<int:file_id>/", importing.one, name="import"),
    path("bureau/lecteurs/importer/<int:file_id>/relire/", importing.reread, name="import-reread"),
    path("bureau/lecteurs/importer/<int:file_id>/confirmer/", importing.confirm, name="import-confirm"),
    path("bureau/lecteurs/importer/<int:file_id>/oublier/", importing.discard, name="import-discard"),
    path("bureau/lecteurs/importer/<int:file_id>/refus.csv", importing.refused, name="import-refused"),
]
