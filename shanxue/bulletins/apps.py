from django.apps import AppConfig


class BulletinsConfig(AppConfig):
    name = "shanxue.bulletins"
    label = "bulletins"
    verbose_name = "文书"
