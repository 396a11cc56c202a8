from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "shanxue.accounts"
    label = "accounts"
    verbose_name = "账号"
