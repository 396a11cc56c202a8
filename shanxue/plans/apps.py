from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "shanxue.plans"
    label = "plans"
    verbose_name = "计划"
