from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "shanxue.audit"
    label = "audit"
    verbose_name = "留痕"
