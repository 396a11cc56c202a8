"""Forms of drafting and publishing a scheme."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.web.forms import PlainForm, look_plain

from ..rules.settings import Setting, list_settings


class DraftForm(PlainForm):
    """One field per setting of a draft's text, named by its code, and on whom it is tried."""

    staff_no = forms.CharField(label=_("在一个人身上试（工号，可不填）"), required=False, max_length=32)

    def __init__(self, text: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.settings = list_settings(text)
        for one in self.settings:
            field = self.fields[one.code] = _build_field(one)
            look_plain(field)
            field.widget.attrs["aria-label"] = one.full_name  # many clauses have a 满分

    def list_fields(self, place: str) -> list[tuple[Setting, forms.BoundField]]:
        """The fields of one clause, with what they set."""
        return [(one, self[one.code]) for one in self.settings if one.place == place]

    @property
    def typed(self) -> dict[str, str]:
        """What was typed, by the setting's code."""
        return {one.code: str(self.cleaned_data[one.code]) for one in self.settings}

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        first, last = (found.get(f"scheme.window.{key}") for key in ("from", "until"))
        if first and last and first > last:
            self.add_error("scheme.window.until", _("结束日不能早于开始日。"))
        return found


def _build_field(one: Setting) -> forms.Field:
    told: dict[str, Any] = {"label": one.label, "initial": one.value, "required": not one.optional}
    if one.form in ("date", "last_day"):
        return forms.DateField(widget=forms.DateInput(), **told)
    if one.choices:
        return forms.ChoiceField(choices=[(word, word) for word in one.choices], **told)
    if one.form == "text":
        return forms.CharField(max_length=100, **told)
    hint = {"inputmode": "text" if one.is_signed else "decimal", "placeholder": _("不设") if one.optional else ""}
    return forms.CharField(max_length=12, widget=forms.TextInput(attrs=hint), **told)


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
