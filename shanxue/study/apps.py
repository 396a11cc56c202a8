from django.apps import AppConfig


class StudyConfig(AppConfig):
    name = "shanxue.study"
    label = "study"
    verbose_name = "学习记录"
