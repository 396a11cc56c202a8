"""What must be settled in an import, grouped by cause, each with the way it can be settled on the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shanxue.intake.answers import LEAVE_OUT, mark_question
from shanxue.intake.checking import Plan, TablePlan
from shanxue.intake.rules import Finding
from shanxue.intake.uploads import WITHOUT

ABOUT_COLUMNS = frozenset(
    "rival_columns no_header which_header which_kind which_month no_year second_table too_many_columns".split()
)
MISSING_COLUMN = "missing_column"
AT_ONCE = 60  # items shown; the rest comes when these are settled
CAUSES: tuple[tuple[str | Promise, frozenset[str]], ...] = (
    (_("读不了的文件"), frozenset(["unreadable"])),
    (_("哪一列、哪张表"), ABOUT_COLUMNS | {MISSING_COLUMN, "no_roster"}),
    (_("分不清是哪一位"), frozenset("ambiguous_person same_name two_people person_twice name_differs sample".split())),
    (_("没有找到的人"), frozenset("unknown_person no_person".split())),
    (_("没有找到的单位"), frozenset("unknown_unit closed_unit".split())),
    (_("转入还是兼参加"), frozenset(["moved"])),
    (_("名册里没有的人"), frozenset(["absent_people"])),
    (_("不在可选值里的词"), frozenset("unknown_word unknown_mark grade_scale grade_for_score".split())),
    (_("工号和编号"), frozenset("leading_zeros letter_o bad_staff_no".split())),
    (_("行数和续行"), frozenset("total_differs continuation".split())),
)
OTHERS = _("要改正的单元格")


@dataclass(frozen=True)
class Item:
    """One thing to settle. ``shape`` says how it is asked: radio, select, date (with radio), or "" for a problem."""

    number: int
    message: str
    key: str = ""
    choices: tuple[str, ...] = ()
    shape: str = ""
    leave_out: str = ""  # the answer key that leaves its line out
    row: int | None = None


@dataclass
class Group:
    title: str | Promise
    items: list[Item] = field(default_factory=list)


def shape_question(finding: Finding) -> str:
    if finding.code == "moved":
        return "date"
    return "select" if len(finding.choices) > 5 else "radio"


def _name_line(planned: TablePlan, finding: Finding) -> str:
    """The key that leaves out the one data line a finding stands on."""
    row = finding.place.row
    question = planned.open.get(finding.answer_key)
    single = question is None or len(question.lines) <= 1
    if row is None or not single or not any(number == row for number, _who in planned.outcomes):
        return ""
    return mark_question(f"{LEAVE_OUT}:{planned.sheet}:{row}", planned.mark)


def list_items(plan: Plan, *, only: frozenset[str] | None = None) -> list[tuple[str, Item]]:
    """List everything open with its code: each question once, each problem, each file that could not be read."""
    found: list[tuple[str, Item]] = []
    asked: set[str] = set()

    def add(code: str, message: str, **more: object) -> None:
        if only is None or code in only:
            found.append((code, Item(len(found), message, **more)))  # type: ignore[arg-type]

    for file in plan.files:
        if file.refused:
            add("unreadable", f"{file.name}：{file.refused}", key=f"{WITHOUT}:{file.name}", shape="without")
        several = len(plan.files) > 1
        for planned in file.tables:
            for finding in [*planned.questions, *planned.problems]:
                if finding.choices and finding.answer_key in asked:
                    continue
                asked.add(finding.answer_key)
                add(
                    finding.code, f"{file.name} {finding.message}" if several else finding.message,
                    key=finding.answer_key if finding.choices else "", choices=finding.choices,
                    shape=shape_question(finding) if finding.choices else "",
                    leave_out=_name_line(planned, finding), row=finding.place.row,
                )  # fmt: skip
    return found


def group_items(found: Iterable[tuple[str, Item]]) -> list[Group]:
    """Group by cause, in the order in which they are best settled."""
    groups = [(codes, Group(title)) for title, codes in CAUSES]
    rest = Group(OTHERS)
    for code, item in found:
        next((group for codes, group in groups if code in codes), rest).items.append(item)
    return [group for group in [*(group for _codes, group in groups), rest] if group.items]


def read_answers(posted: Mapping[str, str], outs: Iterable[str], *, who: str) -> dict[str, str | None]:
    """Read what a page's form says: answers by question, lines left out, choices taken back."""
    answers: dict[str, str | None] = {}
    for name, key in posted.items():
        if not name.startswith("k") or not name[1:].isdecimal() or not key:
            continue
        answer = posted.get(f"a{name[1:]}", "").strip()
        if answer in ("转入", "兼参加") and (day := posted.get(f"d{name[1:]}", "").strip()):
            answer = f"{answer} {day}"
        if answer:
            answers[key] = answer[:200]
    for key in outs:
        if key.split(":")[0] == LEAVE_OUT:
            answers[key] = f"由{who}排除"
    if taken_back := posted.get("forget", ""):
        answers[taken_back] = None
    if asked_anew := posted.get("again", ""):
        answers[asked_anew] = ""  # hides the remembered answer, so that the question is put
    return answers
