from django.urls import path

from ..views import checks, proceedings, settling

urlpatterns = [
    path("years/", proceedings.list_proceedings, name="proceedings"),
    path("years/<int:proceeding_id>/", proceedings.show_proceeding, name="proceeding"),
    path("years/<int:proceeding_id>/scheme/", proceedings.change_text, name="change_scheme"),
    path("years/<int:proceeding_id>/roster/", proceedings.show_roster, name="roster"),
    path("years/<int:proceeding_id>/cutoff/", proceedings.cut_off, name="cutoff"),
    path("years/<int:proceeding_id>/late/", proceedings.decide_records, name="late"),
    path("years/<int:proceeding_id>/preview/", proceedings.show_preview, name="preview"),
    path("years/<int:proceeding_id>/moves/", proceedings.show_moves, name="moves"),
    path("years/<int:proceeding_id>/freeze/", proceedings.freeze_results, name="freeze"),
    path("years/<int:proceeding_id>/checks/", checks.list_checks, name="checks"),
    path("years/<int:proceeding_id>/checks/<int:unit_id>/", checks.check_branch, name="check"),
    path("years/<int:proceeding_id>/checks/<int:unit_id>/<int:result_id>/", checks.object_line, name="object"),
    path("objections/<int:objection_id>/", checks.answer_branch, name="objection"),
    path("years/<int:proceeding_id>/publish/", settling.publish_results, name="publish"),
    path("years/<int:proceeding_id>/publicity/", settling.show_publicity, name="publicity"),
    path("years/<int:proceeding_id>/quotas/<int:case_id>/", settling.decide_seats, name="quota"),
    path("years/<int:proceeding_id>/settle/", settling.settle_year, name="settle"),
    path("years/<int:proceeding_id>/measures/", settling.list_measures, name="measures"),
    path("results/<int:result_id>/amend/", settling.amend, name="amend"),
]
