from django.urls import path

from . import views

app_name = "web"
urlpatterns = [path("feedback/", views.show_feedback, name="feedback")]
