"""The form that brings files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.web.forms import PlainForm


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more files; an empty file is left to the reader, which names it."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:  # noqa: ARG002 (Django's signature)
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given:
            raise forms.ValidationError(_("请选择一个文件。"))
        return list(given)


class UploadForm(PlainForm):
    tables = FilesField(
        label=_("表格文件"),
        widget=SeveralFiles(attrs={"accept": ".xlsx,.xls,.xlsm,.csv,.txt,.tsv"}),
        help_text=_(
            "拖入或选择 Excel、CSV，可以一次选多个。每个最多 20 MB、5 万行、200 列。"
            "不用删模板里的说明和示例行。"
        ),
    )  # fmt: skip
