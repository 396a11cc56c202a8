"""The example bureau's 全宗号, so that last year can be sealed with three taps; the seal is left to the reader."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from shanxue.archive.actions.sealing import set_fonds
from shanxue.orgs.models import Bureau

FONDS = "0194"


def number_archive(bureau: Bureau, at: datetime) -> None:
    year = timezone.localdate(at).year
    for one in (year - 1, year):
        set_fonds(bureau, one, FONDS, actor="office", at=at)
