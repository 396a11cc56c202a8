"""Addresses of books and periodicals."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import lending, periodicals, shelf

urlpatterns: list[URLPattern] = [
    path("shelf/", shelf.show_shelf, name="shelf"),
    path("shelf/new/", shelf.add_title, name="new_title"),
    path("shelf/<int:title_id>/", shelf.show_title, name="title"),
    path("shelf/<int:title_id>/edit/", shelf.edit_title, name="edit_title"),
    path("shelf/<int:title_id>/copies/", shelf.add_copies, name="add_copies"),
    path("shelf/<int:title_id>/ask/", shelf.ask, name="ask"),
    path("requests/<int:request_id>/withdraw/", shelf.take_back, name="take_back"),
    path("copies/<int:copy_id>/state/", shelf.move_copy, name="move_copy"),
    path("loans/", lending.show_desk, name="loans"),
    path("loans/<int:loan_id>/return/", lending.give_back, name="give_back"),
    path("loans/<int:loan_id>/lost/", lending.report_lost, name="report_lost"),
    path("loans/<int:loan_id>/renew/", lending.renew, name="renew"),
    path("mine/", lending.show_mine, name="mine"),
    path("suggest/", lending.make_suggestion, name="suggest"),
    path("suggestions/", lending.show_suggestions, name="suggestions"),
    path("suggestions/<int:suggestion_id>/", lending.answer, name="suggestion"),
    path("periodicals/", periodicals.show_subscriptions, name="subscriptions"),
    path("periodicals/new/", periodicals.subscribe, name="new_subscription"),
    path("periodicals/<int:subscription_id>/", periodicals.show_subscription, name="subscription"),
    path("periodicals/<int:subscription_id>/edit/", periodicals.edit, name="edit_subscription"),
    path("periodicals/<int:subscription_id>/tick/", periodicals.tick, name="tick"),
    path("periodicals/<int:subscription_id>/claim/", periodicals.claim, name="claim"),
]
