from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "shanxue.supervision"
    label = "supervision"
    verbose_name = "督查"
