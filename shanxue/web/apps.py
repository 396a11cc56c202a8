from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "shanxue.web"
    label = "web"
    verbose_name = "页面"
