"""Words of appeals. Plain Python."""

from __future__ import annotations

from enum import StrEnum


class AppealState(StrEnum):
    """成立 means that the records are to be corrected and computed again; the appeal itself changes no number."""

    ASKED = "待复核"
    UPHELD = "成立"
    DECLINED = "不成立"
    WITHDRAWN = "撤回"
