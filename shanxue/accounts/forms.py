"""The forms of an account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    """Staff number and password. Pasting is allowed, nothing has to be solved (WCAG 3.3.8)."""

    error_messages = {
        "invalid_login": _("工号或口令不对。请核对后再试；连续输错 5 次，要等 15 分钟。"),
        "inactive": _("这个账号已经停用。需要时请联系学习办公室。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("工号")
        self.fields["password"].label = _("口令")
        describe_inputs(self, {"username": "username", "password": "current-password"})


class ChangePasswordForm(PasswordChangeForm):
    """Old password, new one twice."""

    error_messages = {
        "password_incorrect": _("原口令不对，请重新输入。"),
        "password_mismatch": _("两次输入的新口令不一样，请重新输入。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = _("原口令")
        self.fields["new_password1"].label = _("新口令")
        self.fields["new_password1"].help_text = _("至少 10 个字符，不要用常见口令。")
        self.fields["new_password2"].label = _("再输入一次新口令")
        self.fields["new_password2"].help_text = ""
        describe_inputs(
            self,
            {
                "old_password": "current-password",
                "new_password1": "new-password",
                "new_password2": "new-password",
            },
        )


def describe_inputs(form: forms.Form | forms.BaseForm, purposes: dict[str, str]) -> None:
    """Give each input its look and what a password keeper needs to fill it."""
    for name, purpose in purposes.items():
        form.fields[name].widget.attrs.update({"class": "form-control", "autocomplete": purpose})
