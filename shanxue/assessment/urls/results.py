from django.urls import path

from ..views import results as views

urlpatterns = [
    path("mine/", views.show_mine, name="mine"),
    path("people/", views.search_people, name="people"),
    path("people/<int:person_id>/", views.show_person, name="person"),
    path("results/<int:result_id>/lines/<str:item>/", views.show_records, name="records"),
    path("results/<int:result_id>/lines/<str:item>/appeal/", views.appeal_line, name="appeal"),
    path("appeals/", views.list_appeals, name="appeals"),
    path("appeals/<int:appeal_id>/", views.answer_appeal, name="appeal_answer"),
    path("units/", views.show_board, name="board"),
    path("units/<int:unit_id>/", views.show_unit, name="unit"),
    path("lists/", views.show_lists, name="lists"),
    path("schemes/", views.list_schemes, name="schemes"),
    path("schemes/<str:code>/", views.show_scheme, name="scheme"),
    path("schemes/<str:code>/trial/", views.try_changes, name="trial"),
]
