from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "shanxue.jobs"
    label = "jobs"
    verbose_name = "后台办理"
