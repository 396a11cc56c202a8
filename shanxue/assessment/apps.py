from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "shanxue.assessment"
    label = "assessment"
    verbose_name = "考核"
