"""What documents hold about one person: only where an office chose to name them."""

from __future__ import annotations

from shanxue.base.holdings import Holding, hold
from shanxue.orgs.models import Person

from .models import NamedPerson
from .rules import FINAL


def export_person(person: Person) -> list[Holding]:
    found = NamedPerson.objects.filter(person=person, document__state__in=FINAL)
    rows = found.select_related("document__number__series")
    return [
        hold(
            "公文里列出的姓名", "办公室选择列出时（情况通报的附件）", "随公文保存", "文件 发文字号 日期 写了什么",
            [
                (one.document.title, str(one.document.number), one.document.issued_on, one.text)
                for one in rows.order_by("document__issued_on", "pk")
            ],
        )
    ]  # fmt: skip
