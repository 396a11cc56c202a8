"""Who may open this room's pages (tests/web/test_access.py)."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from shanxue.study.actions.review import Verdict, draw_notes, review_note
from shanxue.study.models import Material, Outcome, ReadingList, SelfStudy
from shanxue.study.rules import Audience
from tests.house import House

from .rows import AT, act_as, hand_in, write_draft

MEMBERS: set[str | None] = {"member", "secretary"}
LEADING: set[str | None] = {"secretary", "office"}
BRANCH = MEMBERS | LEADING
OPEN_TO: dict[str, set[str | None]] = {
    "study:log": MEMBERS,
    "study:found": MEMBERS,
    "study:entry": {"member"},
    "study:delete_entry": {"member"},
    "study:notes": MEMBERS,
    "study:save_draft": set(),
    "study:note": {"member"},
    "study:take_back": set(),
    "study:delete_draft": {"member"},
    "study:recommended": BRANCH,
    "study:read": BRANCH,
    "study:review": LEADING,
    "study:draws": LEADING,
    "study:draw": LEADING,
    "study:review_note": LEADING,
    "study:decide_note": set(),
    "study:compare": LEADING,
    "study:materials": BRANCH,
    "study:new_material": LEADING,
    "study:material": {"office"},
    "study:end_material": set(),
    "study:reading_lists": BRANCH,
    "study:new_reading_list": LEADING,
    "study:reading_list": BRANCH,
    "study:edit_reading_list": LEADING,
    "study:end_reading_list": set(),
    "study:readers": LEADING,
    "study:outcomes": BRANCH | {"head", "leader", "inspector"},
    "study:new_outcome": MEMBERS,
    "study:outcome": BRANCH | {"head", "leader", "inspector"},
    "study:edit_outcome": BRANCH,
    "study:decide_outcome": set(),
    "study:delete_outcome": BRANCH,
}
POST_ONLY = {
    "study:save_draft",
    "study:take_back",
    "study:decide_note",
    "study:end_material",
    "study:end_reading_list",
    "study:decide_outcome",
}


def make(house: House) -> dict[str, list[object]]:
    """张三 has an entry, a draft, two notes that wait, one recommended, an outcome; 第一支部 has a list and a draw."""
    person, unit, today = house.people["张三"], house.units["第一支部"], timezone.localdate()
    secretary = act_as(house, "secretary")
    entry = SelfStudy.objects.create(bureau=house.bureau, person=person, title="读党章", on=today, at=AT)
    draft, first, second = write_draft(house), hand_in(house), hand_in(house, days=1)
    good = hand_in(house, title="学在窗口", audience=Audience.BRANCH)
    review_note(secretary, good.pk, Verdict.RECOMMEND, "", revision=good.revision, at=AT)
    material = Material.objects.create(bureau=house.bureau, kind="书", title="中国共产党简史")
    reading = ReadingList.objects.create(
        bureau=house.bureau, unit=unit, title="二季度书目", from_on=date(2026, 4, 1), until_on=date(2026, 6, 30)
    )
    reading.materials.add(material)
    outcome = Outcome.objects.create(
        bureau=house.bureau, person=person, unit=unit, title="窗口办理时间调研", on=date(2026, 5, 1)
    )
    draw = draw_notes(secretary, unit, date(2026, 6, 1), 1, at=AT)
    names = {
        "entry delete_entry": [entry.pk],
        "note delete_draft": [draft.pk],
        "take_back review_note decide_note": [second.pk],
        "read": [good.pk],
        "draw": [draw.pk],
        "compare": [second.pk, first.pk],
        "material end_material": [material.pk],
        "reading_list edit_reading_list end_reading_list": [reading.pk],
        "readers": [reading.pk, material.pk],
        "outcome edit_outcome decide_outcome delete_outcome": [outcome.pk],
    }
    return {f"study:{name}": list(found) for words, found in names.items() for name in words.split()}
