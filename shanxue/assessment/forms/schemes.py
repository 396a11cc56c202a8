"""Forms of drafting and publishing a scheme."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.web.forms import PlainForm, look_plain

from ..rules.scheme import Scheme
from .results import TrialForm

DAY = timedelta(days=1)


class DraftForm(TrialForm):
    """Title and window, then every number that may be turned. ``until_on`` is the window's last day."""

    def __init__(self, scheme: Scheme, *args: Any, **kwargs: Any) -> None:
        super().__init__(scheme, *args, **kwargs)
        window = scheme.window
        heads: dict[str, forms.Field] = {
            "title": forms.CharField(label=_("名称"), max_length=100, initial=scheme.title),
            "from_on": forms.DateField(label=_("从"), widget=forms.DateInput(), initial=window.from_on),
            "until_on": forms.DateField(label=_("到"), widget=forms.DateInput(), initial=window.until_on - DAY),
            "staff_no": forms.CharField(
                label=_("在一个人身上试（工号，可不填）"), required=False, max_length=32
            ),
        }  # fmt: skip
        for name, field in heads.items():
            look_plain(field)
            self.fields[name] = field

    @property
    def heads(self) -> list[forms.BoundField]:
        return [self[name] for name in ("title", "from_on", "until_on", "staff_no")]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("from_on") and found.get("until_on") and found["from_on"] > found["until_on"]:
            self.add_error("until_on", _("结束日不能早于开始日。"))
        return found


class TextForm(PlainForm):
    """The whole text, typed or pasted, or a file."""

    text = forms.CharField(
        label=_("整份文本"), required=False, strip=False, max_length=500_000,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "form-control code-text"}),
    )  # fmt: skip
    file = forms.FileField(label=_("或者选一个 .toml 文件"), required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        upload = found.get("file")
        if upload is not None:
            if upload.size > 500_000:
                self.add_error("file", _("文件太大，不像考核细则。请核对文件。"))
                return found
            try:
                found["text"] = upload.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", _("文件不是 UTF-8 文本。请用记事本另存为 UTF-8 后再选。"))
        if not str(found.get("text", "")).strip() and not self.errors:
            self.add_error("text", _("请粘贴细则的文本，或者选一个文件。"))
        return found


class PublishForm(PlainForm):
    from_on = forms.DateField(label=_("生效日"), widget=forms.DateInput())
    reason = forms.CharField(label=_("依据"), max_length=200, help_text=_("例如：局党委会〔2026〕3号会议通过。"))
