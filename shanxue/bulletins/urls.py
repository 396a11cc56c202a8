"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, path

from .rules import DocumentKind
from .views import drafts, registry, signing, templates

app_name = "bulletins"
urlpatterns: list[URLPattern] = [
    path("", drafts.list_documents, name="documents"),
    path("new/", drafts.start_bulletin, name="new"),
    path("briefings/new/", drafts.start_bulletin, {"kind": DocumentKind.BRIEFING}, name="briefing_new"),
    path("notices/new/", drafts.start_notice, name="notice_new"),
    path("opinions/<int:plan_id>/", drafts.start_opinion, name="opinion_new"),
    path("<int:document_id>/", drafts.show_document, name="document"),
    path("<int:document_id>/edit/", drafts.edit_document, name="edit"),
    path("<int:document_id>/check/", drafts.check_page, name="check"),
    path("<int:document_id>/figures/", drafts.decide_figures, name="decide_figures"),
    path("<int:document_id>/figures/<path:key>/", drafts.show_figure, name="figure"),
    path("<int:document_id>/evidence/", drafts.add_evidence, name="add_evidence"),
    path("<int:document_id>/drop/", drafts.drop_draft, name="drop"),
    path("<int:document_id>/attach/", drafts.attach_file, name="attach"),
    path("<int:document_id>/files/<int:file_id>/", drafts.download_file, name="file"),
    path("<int:document_id>/files/<int:file_id>/detach/", drafts.detach_file, name="detach"),
    path("<int:document_id>/document.docx", drafts.download_document, name="docx"),
    path("<int:document_id>/sign/", signing.sign, name="sign"),
    path("<int:document_id>/return/", signing.send_back, name="return"),
    path("<int:document_id>/withdraw/", signing.withdraw, name="withdraw"),
    path("<int:document_id>/void/", signing.void, name="void"),
    path("answers/<int:named_id>/", signing.answer, name="answer"),
    path("numbers/", registry.show_register, name="register"),
    path("numbers/register.xlsx", registry.export_register, name="register_xlsx"),
    path("numbers/enter/", registry.enter_number, name="enter_number"),
    path("numbers/begin/", registry.begin_series, name="begin_series"),
    path("numbers/<int:number_id>/void/", registry.void_number, name="void_number"),
    path("templates/", templates.list_templates, name="templates"),
    path("templates/<str:name>/", templates.show_template, name="template"),
    path("templates/<str:name>/use/", templates.use_template, name="use_template"),
    path("templates/<str:name>/leave/", templates.leave_template, name="leave_template"),
    path("templates/<str:name>/shipped.docx", templates.download_shipped, name="template_shipped"),
    path("templates/<str:name>/sample.docx", templates.download_sample, name="template_sample"),
    path("letterhead/", registry.set_letterhead, name="letterhead"),
]
