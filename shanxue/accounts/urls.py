from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("", views.show_account, name="account"),
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", views.SignOut.as_view(), name="sign_out"),
    path("password/", views.change_password, name="password"),
    path("large-type/", views.switch_large_type, name="large_type"),
]
