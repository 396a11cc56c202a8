"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from .views import log, materials, notes, outcomes, review

app_name = "study"
urlpatterns = [
    path("", log.show_log, name="log"),
    path("found/", log.find_materials, name="found"),
    path("log/<int:entry_id>/", log.edit_entry, name="entry"),
    path("log/<int:entry_id>/delete/", log.delete_entry, name="delete_entry"),
    path("notes/", notes.show_notes, name="notes"),
    path("notes/save/", notes.save_draft, name="save_draft"),
    path("notes/<int:note_id>/", notes.show_note, name="note"),
    path("notes/<int:note_id>/take-back/", notes.take_back, name="take_back"),
    path("notes/<int:note_id>/delete/", notes.delete_draft, name="delete_draft"),
    path("recommended/", notes.show_recommended, name="recommended"),
    path("recommended/<int:note_id>/", notes.read_recommended, name="read"),
    path("review/", review.show_queue, name="review"),
    path("review/draws/", review.show_draws, name="draws"),
    path("review/draws/<int:draw_id>/", review.show_draw, name="draw"),
    path("review/<int:note_id>/", review.show_note, name="review_note"),
    path("review/<int:note_id>/decide/", review.decide, name="decide_note"),
    path("review/<int:note_id>/beside/<int:other_id>/", review.compare, name="compare"),
    path("materials/", materials.show_materials, name="materials"),
    path("materials/new/", materials.edit_material, name="new_material"),
    path("materials/<int:material_id>/", materials.edit_material, name="material"),
    path("materials/<int:material_id>/end/", materials.end_material, name="end_material"),
    path("lists/", materials.show_lists, name="reading_lists"),
    path("lists/new/", materials.edit_list, name="new_reading_list"),
    path("lists/<int:list_id>/", materials.show_list, name="reading_list"),
    path("lists/<int:list_id>/edit/", materials.edit_list, name="edit_reading_list"),
    path("lists/<int:list_id>/end/", materials.end_list, name="end_reading_list"),
    path("lists/<int:list_id>/<int:material_id>/", materials.show_readers, name="readers"),
    path("outcomes/", outcomes.show_outcomes, name="outcomes"),
    path("outcomes/new/", outcomes.write_outcome, name="new_outcome"),
    path("outcomes/<int:outcome_id>/", outcomes.show_outcome, name="outcome"),
    path("outcomes/<int:outcome_id>/edit/", outcomes.write_outcome, name="edit_outcome"),
    path("outcomes/<int:outcome_id>/decide/", outcomes.decide, name="decide_outcome"),
    path("outcomes/<int:outcome_id>/delete/", outcomes.delete_outcome, name="delete_outcome"),
]
