"""Who may open this room's pages (tests/web/test_access.py)."""

from __future__ import annotations

from tests.bulletins.desk import issue, open_desk, submit, write_bulletin_of
from tests.house import House
from tests.roles import BUREAU, READERS

KEEPS: set[str | None] = {"office"}
SIGNS: set[str | None] = {"office", "leader"}

OPEN_TO: dict[str, set[str | None]] = {
    "bulletins:documents": READERS,
    "bulletins:new": KEEPS,
    "bulletins:briefing_new": KEEPS,
    "bulletins:notice_new": KEEPS,
    "bulletins:opinion_new": set(),
    "bulletins:document": READERS,  # an issued one of the whole bureau
    "bulletins:edit": KEEPS,
    "bulletins:check": KEEPS,
    "bulletins:decide_figures": set(),
    "bulletins:figure": READERS,
    "bulletins:add_evidence": set(),
    "bulletins:drop": set(),
    "bulletins:attach": set(),
    "bulletins:detach": set(),
    "bulletins:file": READERS,
    "bulletins:docx": READERS,
    "bulletins:sign": SIGNS,
    "bulletins:return": set(),
    "bulletins:withdraw": set(),
    "bulletins:void": SIGNS,
    "bulletins:answer": {"secretary", "office"},
    "bulletins:register": BUREAU,
    "bulletins:register_xlsx": BUREAU,
    "bulletins:enter_number": KEEPS,
    "bulletins:begin_series": KEEPS,
    "bulletins:void_number": KEEPS,
    "bulletins:letterhead": KEEPS,
    "bulletins:templates": KEEPS,
    "bulletins:template": KEEPS,
    "bulletins:use_template": set(),
    "bulletins:leave_template": set(),
    "bulletins:template_shipped": KEEPS,
    "bulletins:template_sample": KEEPS,
}
POST_ONLY = {
    "bulletins:opinion_new", "bulletins:decide_figures", "bulletins:add_evidence", "bulletins:drop", "bulletins:attach",
    "bulletins:detach", "bulletins:return", "bulletins:withdraw", "bulletins:use_template", "bulletins:leave_template",
}  # fmt: skip
TEMPLATE_PAGES = ("template", "use_template", "leave_template", "template_shipped", "template_sample")


def make(house: House) -> dict[str, list[object]]:
    desk = open_desk(house)
    issued = issue(desk, write_bulletin_of(desk, "2026q1"))
    draft = write_bulletin_of(desk, "2026q2")
    entered = desk.enter("纸质通知")
    named = issued.named_units.get(unit=house.units["第一支部"])
    number = [issued.pk]
    body = issued.files.get()
    own = [draft.pk]
    return {
        "bulletins:opinion_new": [1],
        **dict.fromkeys(("bulletins:document", "bulletins:docx", "bulletins:void"), number),
        "bulletins:sign": [submit(desk, write_bulletin_of(desk, "2026h1")).pk],
        "bulletins:figure": [issued.pk, "expected"],
        "bulletins:file": [issued.pk, body.pk],
        "bulletins:detach": [draft.pk, 1],
        **dict.fromkeys(
            ("bulletins:edit", "bulletins:check", "bulletins:decide_figures", "bulletins:add_evidence",
             "bulletins:drop", "bulletins:attach", "bulletins:return", "bulletins:withdraw"), own,
        ),
        "bulletins:answer": [named.pk],
        "bulletins:void_number": [entered.pk],
        **{f"bulletins:{name}": ["会议记录"] for name in TEMPLATE_PAGES},
    }  # fmt: skip
