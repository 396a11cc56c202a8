"""The look of a form's inputs, and the words it refuses with. Every form of the house starts from here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanxue.base.errors import Refusal


class PlainForm(forms.Form):
    """A form shown by ``web/fields.html``: one field under the other, errors in words at the field.

    A radio field marked ``chips`` in its widget's attrs is shown by the template itself.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            look_plain(field)


def act(form: forms.Form, deed: Callable[[], Any]) -> bool:
    """Do a deed that rules may refuse; the refusal's sentence goes onto the form, so that nothing typed is lost."""
    try:
        deed()
    except Refusal as refusal:
        form.add_error(None, refusal.sentence)
        return False
    return True


def look_plain(field: forms.Field) -> None:
    """Give one field its look, autocomplete switched off, and Chinese words for what is missing or misspelt."""
    widget = field.widget
    if isinstance(widget, forms.CheckboxInput):
        widget.attrs.setdefault("class", "form-check-input")
    elif isinstance(widget, forms.Select):
        widget.attrs.setdefault("class", "form-select")
    elif not isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        widget.attrs.setdefault("class", "form-control")
        widget.attrs.setdefault("autocomplete", "off")
    if isinstance(widget, forms.DateInput):
        widget.input_type, widget.format = "date", "%Y-%m-%d"
    if isinstance(widget, forms.TimeInput):
        widget.input_type, widget.format = "time", "%H:%M"
    field.error_messages["required"] = _("请填写“%(label)s”。") % {"label": field.label or ""}
