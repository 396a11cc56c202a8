from django.urls import path

from ..views import scoring as views

urlpatterns = [
    path("scores/", views.list_scores, name="scores"),
    path("scores/<str:code>/<str:item>/", views.score_item, name="score"),
    path("scores/<str:code>/<str:item>/scorers/", views.share_item, name="scorers"),
    path("scores/<str:code>/<str:item>/self/", views.score_own, name="score_self"),
]
