from django.apps import AppConfig


class ExamsConfig(AppConfig):
    name = "shanxue.exams"
    label = "exams"
    verbose_name = "测试"
