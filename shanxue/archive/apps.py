from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "shanxue.archive"
    label = "archive"
    verbose_name = "档案"
