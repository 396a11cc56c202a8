from django.urls import path

from ..views import binding as views

urlpatterns = [
    path("binding/", views.show_binding, name="binding"),
    path("binding/file/", views.export_blocked, name="binding_file"),
    path("binding/departments/", views.export_departments, name="departments_file"),
    path("binding/<int:result_id>/<str:code>/", views.decide_blocked, name="binding_decide"),
    path("lists/file/", views.export_lists, name="lists_file"),
]
