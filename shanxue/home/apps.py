from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "shanxue.home"
    label = "home"
    verbose_name = "首页"
