from django.urls import path

from ..views import schemes as views

urlpatterns = [
    path("schemes/drafts/", views.show_drafts, name="scheme_drafts"),
    path("schemes/drafts/start/", views.start, name="start_scheme"),
    path("schemes/drafts/<int:draft_id>/", views.edit, name="scheme_draft"),
    path("schemes/drafts/<int:draft_id>/text/", views.edit_text, name="scheme_text"),
    path("schemes/drafts/<int:draft_id>/publish/", views.publish, name="publish_scheme"),
    path("schemes/drafts/<int:draft_id>/drop/", views.drop, name="drop_scheme"),
    path("schemes/<str:code>/versions/", views.show_versions, name="scheme_versions"),
]
