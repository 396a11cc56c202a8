"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, path

from .views import asking, duties, inspecting, instructions, rectifying

app_name = "supervision"
urlpatterns: list[URLPattern] = [
    path("", duties.show_board, name="duties"),
    path("mine/", duties.show_mine, name="mine"),
    path("unit/<int:unit_id>/", duties.show_unit, name="unit"),
    path("unit/<int:unit_id>/members/", duties.show_members, name="members"),
    path("person/<int:person_id>/", duties.show_person, name="person"),
    path("coverage/", duties.show_coverage, name="coverage"),
    path("remind/", asking.send_reminders, name="remind"),
    path("reminders/<int:reminder_id>/answer/", duties.answer, name="answer"),
    path("ask/", asking.ask, name="ask"),
    path("agenda/", asking.show_agenda, name="agenda"),
    path("agenda/add/", asking.add_points, name="add_points"),
    path("agenda/findings/", asking.add_found_points, name="add_found_points"),
    path("agenda/<int:point_id>/withdraw/", asking.withdraw, name="withdraw_point"),
    path("instructions/", instructions.list_all, name="instructions"),
    path("instructions/<int:instruction_id>/", instructions.show_one, name="instruction"),
    path("inspections/", inspecting.show_inspections, name="inspections"),
    path("inspections/spot/", inspecting.spot, name="spot"),
    path("inspections/new/", inspecting.plan, name="plan_inspection"),
    path("inspections/<int:inspection_id>/", inspecting.show_inspection, name="inspection"),
    path("inspections/<int:inspection_id>/drop/", inspecting.drop, name="drop_inspection"),
    path("inspections/<int:inspection_id>/end/", inspecting.end, name="end_inspection"),
    path("inspections/<int:inspection_id>/sheet/", inspecting.show_sheet, name="inspection_sheet"),
    path("inspections/<int:inspection_id>/findings/new/", rectifying.new_finding, name="new_finding"),
    path("inspections/<int:inspection_id>/records/<int:sample_id>/", inspecting.check_record, name="check_record"),
    path("inspections/<int:inspection_id>/carried/<int:carried_id>/", inspecting.answer_carried, name="answer_carried"),
    path("findings/", rectifying.show_findings, name="findings"),
    path("findings/<int:finding_id>/", rectifying.show_finding, name="finding"),
    path("findings/<int:finding_id>/action/", rectifying.set_action, name="set_action"),
    path("findings/<int:finding_id>/pass-down/", rectifying.pass_down, name="pass_down"),
    path("findings/<int:finding_id>/close/", rectifying.close, name="close_finding"),
    path("findings/<int:finding_id>/withdraw/", rectifying.withdraw_finding, name="withdraw_finding"),
    path("actions/<int:action_id>/report/", rectifying.report, name="report_action"),
    path("actions/<int:action_id>/recheck/", rectifying.recheck, name="recheck_action"),
    path("checklists/", rectifying.show_checklists, name="checklists"),
    path("checklists/new/", rectifying.edit_checklist, name="new_checklist"),
    path("checklists/<int:checklist_id>/", rectifying.edit_checklist, name="checklist"),
    path("one/<path:key>/", duties.show_duty, name="duty"),
]
