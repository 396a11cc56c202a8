from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "shanxue.intake"
    label = "intake"
    verbose_name = "导入"
