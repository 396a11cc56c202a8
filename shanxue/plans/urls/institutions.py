from __future__ import annotations

from django.urls import URLPattern, path

from ..views import institutions, workdays

urlpatterns: list[URLPattern] = [
    path("institutions/", institutions.list_all, name="institutions"),
    path("institutions/shipped/", institutions.list_samples, name="shipped"),
    path("institutions/shipped/<str:code>/", institutions.adopt, name="adopt"),
    path("institutions/<str:code>/", institutions.show, name="institution"),
    path("institutions/<str:code>/issue/", institutions.issue, name="issue_version"),
    path("institutions/<str:code>/repeal/", institutions.repeal, name="repeal"),
    path("workdays/", workdays.show, name="workdays"),
    path("workdays/<int:day_id>/remove/", workdays.remove, name="remove_day"),
]
