"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from .views import bank, papers, sittings

app_name = "exams"
urlpatterns = [
    path("", sittings.list_tests, name="tests"),
    path("<int:paper_id>/", sittings.show_test, name="test"),
    path("sittings/<int:sitting_id>/", sittings.show_sitting, name="sitting"),
    path("sittings/<int:sitting_id>/answer/", sittings.save, name="answer"),
    path("sittings/<int:sitting_id>/check/", sittings.check, name="check"),
    path("sittings/<int:sitting_id>/result/", sittings.show_result, name="result"),
    path("papers/", papers.list_papers, name="papers"),
    path("papers/new/", papers.edit_paper, name="new_paper"),
    path("papers/<int:paper_id>/", papers.show_paper, name="paper"),
    path("papers/<int:paper_id>/edit/", papers.edit_paper, name="edit_paper"),
    path("papers/<int:paper_id>/rule/", papers.set_rule, name="paper_rule"),
    path("papers/<int:paper_id>/questions/", papers.choose_questions, name="paper_choose"),
    path("papers/<int:paper_id>/publish/", papers.publish, name="publish"),
    path("papers/<int:paper_id>/withdraw/", papers.withdraw, name="withdraw"),
    path("papers/<int:paper_id>/copy.docx", papers.print_paper, {"what": "copy"}, name="paper_copy"),
    path("papers/<int:paper_id>/key.docx", papers.print_paper, {"what": "key"}, name="paper_key"),
    path("papers/<int:paper_id>/results.xlsx", papers.export_results, name="paper_results"),
    path("bank/", bank.show_bank, name="bank"),
    path("bank/new/", bank.edit_question, name="new_question"),
    path("bank/<int:question_id>/", bank.show_one, name="question"),
    path("bank/<int:question_id>/edit/", bank.edit_question, name="edit_question"),
    path("bank/<int:question_id>/retire/", bank.retire, name="retire_question"),
    path("bank/import/", bank.import_bank, name="bank_import"),
    path("bank/import/<str:digest>/", bank.preview_bank, name="bank_preview"),
    path("bank/batches/<int:number>/undo/", bank.undo, name="bank_undo"),
]
