from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "shanxue.resources"
    label = "resources"
    verbose_name = "经费和阵地"
