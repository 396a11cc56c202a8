from __future__ import annotations

from django.urls import path

from ..views import campaigns, items, measures, planning

urlpatterns = [
    path("", planning.show_plans, name="plans"),
    path("mine/", planning.show_mine, name="mine"),
    path("new/", planning.start_plan, name="start"),
    path("<int:plan_id>/", planning.show_plan, name="plan"),
    path("<int:plan_id>/texts/", planning.edit_texts, name="texts"),
    path("<int:plan_id>/submit/", planning.submit_plan, name="submit"),
    path("<int:plan_id>/withdraw/", planning.withdraw_plan, name="withdraw"),
    path("<int:plan_id>/take-over/", planning.take_over, name="take_over"),
    path("<int:plan_id>/history/", planning.show_history, name="history"),
    path("<int:plan_id>/issue/", planning.show_issue, name="issue"),
    path("<int:plan_id>/document/", planning.download_plan, name="plan_docx"),
    path("<int:plan_id>/measures/", measures.edit_measures, name="measures"),
    path("measures/<int:measure_id>/", measures.edit_measure, name="measure"),
    path("measures/<int:measure_id>/move/", measures.move_measure, name="measure_move"),
    path("measures/<int:measure_id>/drop/", measures.drop_measure, name="measure_drop"),
    path("<int:plan_id>/items/new/", items.add_item, name="item_new"),
    path("<int:plan_id>/items/extra/", items.add_extra, name="item_extra"),
    path("items/<int:item_id>/", items.show_item, name="item"),
    path("items/<int:item_id>/edit/", items.edit_item, name="item_edit"),
    path("items/<int:item_id>/drop/", items.drop_item, name="item_drop"),
    path("items/<int:item_id>/done/", items.finish_item, name="item_done"),
    path("items/<int:item_id>/postpone/", items.postpone_item, name="item_postpone"),
    path("items/<int:item_id>/cancel/", items.cancel_item, name="item_cancel"),
    path("items/<int:item_id>/reopen/", items.reopen_item, name="item_reopen"),
    path("campaigns/", campaigns.show_campaigns, name="campaigns"),
    path("campaigns/new/", campaigns.add_campaign, name="campaign_new"),
    path("campaigns/<int:campaign_id>/", campaigns.show_campaign, name="campaign"),
    path("campaigns/<int:campaign_id>/edit/", campaigns.edit_campaign, name="campaign_edit"),
]
