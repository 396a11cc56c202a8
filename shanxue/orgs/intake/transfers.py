"""调动: who moved where, and since when (条例 25: the former unit stays responsible until received)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from shanxue.intake.checking import Desk, TablePlan
from shanxue.intake.drafts import Draft
from shanxue.intake.matching import list_words
from shanxue.intake.registry import Handler, PlanRow
from shanxue.intake.rules import Field, Kind, Row
from shanxue.intake.values import parse_code, parse_date, parse_name

from ..columns import NAME, STAFF_NO
from ..directory import Directory, open_directory
from ..lookup import find_person, find_unit, show_person, write_day
from ..rules import Line, Role, StaffState

KIND = Kind(
    "transfers",
    "调动",
    (
        Field("staff_no", "工号", STAFF_NO, parse=parse_code),
        Field("name", "姓名", NAME, parse=parse_name),
        Field(
            "from_unit",
            "原支部",
            list_words(
                "原所在支部 原党支部 转出支部 转出单位 转出党支部 原单位 调出支部 调出单位 原部门 原科室",
                "调出部门 转出组织 原所在党支部 原组织 原所在部门 从",
            ),
        ),
        Field(
            "to_unit",
            "现支部",
            list_words(
                "转入支部 转入单位 转入党支部 现单位 现所在支部 调入支部 调入单位 新支部 现部门 调入部门",
                "转入组织 现所在党支部 新单位 新部门 现组织 现所在部门 到 去向",
            ),
        ),
        Field(
            "on",
            "调动时间",
            list_words(
                "转接日期 转接时间 调动日期 变动时间 变动日期 转出日期 转出时间 日期 时间 调整时间 调整日期",
                "转移时间 生效日期 生效时间 介绍信日期 转出申请时间",
            ),
            parse=parse_date,
            first_wins=True,
        ),
        Field(
            "received_on",
            "接收时间",
            list_words("接收日期 转入日期 转入时间 报到日期 报到时间 接转日期 回执日期"),
            parse=parse_date,
        ),
        Field("change", "变动类型", list_words("类型 变动情况 变动原因 调动类型 类别 变动方式")),
    ),
    needs=(
        frozenset({"name", "from_unit", "to_unit"}),
        frozenset({"staff_no", "from_unit", "to_unit"}),
        frozenset({"name", "to_unit", "on"}),
        frozenset({"name", "from_unit", "on"}),
        frozenset({"name", "change", "on"}),
    ),
    marks=list_words("调动 组织关系转接 转接 变动 转入转出 关系转移 调整 历史党员"),
)
_LEAVING = list_words("调出 离职 辞职 辞退 去世 转出 调离 开除")
_OUTSIDE = list_words("外单位 系统外 局外 外省 外市 无 离职 辞职")


@dataclass(frozen=True)
class Move:
    """One line of the table, understood: ``to`` None means out of the bureau."""

    row: Row
    person: Draft
    from_unit: Draft | None
    to: Draft | None
    on: date
    line: Line


class TransferTable:
    """One table of transfers. A person's moves are joined up by date, whatever the order of lines."""

    def __init__(self, planned: TablePlan, desk: Desk) -> None:
        self.planned, self.desk = planned, desk
        self.directory: Directory = open_directory(desk)
        self.moves: dict[Any, list[Move]] = {}
        for row in planned.table.rows:
            move = self._read(row)
            if move is not None:
                self.moves.setdefault((move.person.key, move.line), []).append(move)
        self.outcomes: dict[int, tuple[Move, bool]] = {}
        for moves in self.moves.values():
            self._join(sorted(moves, key=lambda move: move.on))

    def plan_row(self, row: Row) -> None:
        if row.number not in self.outcomes:
            return
        move, changed = self.outcomes[row.number]
        shown = show_person(self.directory, move.person, move.to)
        self.planned.settle(
            row,
            "updated" if changed else "unchanged",
            **shown,
            from_unit=self.directory.name_unit(move.from_unit),
            on=move.on.isoformat(),
        )

    def _read(self, row: Row) -> Move | None:
        values, planned = row.values, self.planned
        if "on" not in values and "received_on" in planned.table.columns and "received_on" not in values:
            planned.stop(row, "on", "no_date", "没有写调动时间。请补上。")
            return None
        person = find_person(planned, self.desk, row)
        if person is None:
            return None
        day = values.get("received_on") or values.get("on")
        if "received_on" in planned.table.columns and "received_on" not in values and values.get("to_unit"):
            planned.skip(row, "尚未接收，仍由原支部负责")
            return None
        if day is None:
            planned.stop(row, "on", "no_date", "没有写调动时间。请补上。")
            return None
        change = str(values.get("change") or "")
        if "退休" in change:
            self.directory.ledger.change(person, staff_state=StaffState.RETIRED)
        out, to_text = str(values.get("from_unit") or ""), str(values.get("to_unit") or "")
        leaves = any(word in to_text for word in _OUTSIDE) or (not to_text and any(word in change for word in _LEAVING))
        to = None if leaves or not to_text else find_unit(planned, self.desk, row, "to_unit", to_text)
        if to is None and to_text and not leaves:
            return None
        line = Line(to.values["line"]) if to is not None else Line.PARTY
        before = self._find_former(row, out, line)
        if to is None and not leaves:
            return self._retire_in_place(row, person, day, change)
        return Move(row, person, before, to, day, line)

    def _find_former(self, row: Row, text: str, line: Line) -> Draft | None:
        """The former unit; an outside one is unknown here and that is well."""
        found = self.directory.find_units(text, line) if text else []
        if len(found) == 1:
            return found[0]
        if text and not any(word in text for word in _OUTSIDE) and "支部" in text:
            return find_unit(self.planned, self.desk, row, "from_unit", text, line)
        return None

    def _retire_in_place(self, row: Row, person: Draft, day: date, change: str) -> Move | None:
        """A change of standing without a change of unit (退休、借调 …)."""
        here = self.directory.find_unit_on(person, day)
        if here is None or "退休" not in change:
            self.planned.stop(row, "to_unit", "no_target", "没有写转入哪个支部。请补上，离开本单位的写“外单位”。")
            return None
        return Move(row, person, here, here, day, Line.PARTY)

    def _join(self, moves: list[Move]) -> None:
        """Bring a person's stints in one line into step with the moves."""
        person, line = moves[0].person, moves[0].line
        directory = self.directory
        for index, move in enumerate(moves):
            stints = directory.list_stints(person, line)
            rest = moves[index:]
            if self._is_done(stints, move):
                self.outcomes[move.row.number] = (move, False)
                continue
            current = [stint for stint in stints if stint.values["until_on"] is None]
            here = self._find_leaving(current, move)
            if here is not None:
                self._apply(person, here, move)
            elif not self._rewrite(person, current, rest):
                self._stop(move, current)
                return
            else:
                return
            self.outcomes[move.row.number] = (move, True)

    def _is_done(self, stints: list[Draft], move: Move) -> bool:
        if move.to is None:
            return move.person.values.get("left_on") == move.on
        if move.to is move.from_unit:
            return True
        return any(s.values["unit_id"] == move.to.key and s.values["from_on"] == move.on for s in stints)

    @staticmethod
    def _find_leaving(current: list[Draft], move: Move) -> Draft | None:
        """The open stint that the move ends: in the named former unit, else the only one that is not the new unit."""
        if move.from_unit is not None:
            fitting = [stint for stint in current if stint.values["unit_id"] == move.from_unit.key]
        else:
            fitting = [stint for stint in current if move.to is None or stint.values["unit_id"] != move.to.key]
        return fitting[0] if len(fitting) == 1 and (fitting[0].values["from_on"] or date.min) < move.on else None

    def _apply(self, person: Draft, here: Draft, move: Move) -> None:
        ledger = self.directory.ledger
        ledger.change(here, until_on=move.on, received_on=move.on if move.to is not None else None)
        if move.to is None:
            ledger.change(person, left_on=move.on, staff_state=StaffState.LEFT)
        else:
            self.directory.add_stint(person, move.to, from_on=move.on)

    def _rewrite(self, person: Draft, current: list[Draft], moves: list[Move]) -> bool:
        """The roster shows already where the moves ended: begin that stint late, with the former ones before."""
        last = moves[-1]
        if last.to is None:
            return False
        final = [s for s in current if s.values["unit_id"] == last.to.key and s.values["from_on"] is None]
        chained = all(a.to is b.from_unit or b.from_unit is None for a, b in pairwise(moves))
        if len(final) != 1 or not chained:
            if not current and moves[0].from_unit is None:  # a newcomer who stood nowhere yet
                self.directory.add_stint(person, last.to, from_on=last.on)
                self.outcomes.update({move.row.number: (move, True) for move in moves})
                return True
            return False
        directory = self.directory
        directory.ledger.change(final[0], from_on=last.on)
        since: date | None = None
        for move in moves:
            if move.from_unit is not None:
                directory.add_stint(
                    person, move.from_unit, role=Role.MEMBER, from_on=since, until_on=move.on, received_on=move.on
                )
            elif person.values.get("joined_on") is None:
                directory.ledger.change(person, joined_on=move.on)
            since = move.on
        self.outcomes.update({move.row.number: (move, True) for move in moves})
        return True

    def _stop(self, move: Move, current: list[Draft]) -> None:
        now = "、".join(self.directory.name_unit(stint.values["unit_id"]) for stint in current) or "没有登记支部"
        out = self.directory.name_unit(move.from_unit) or "未写原支部"
        self.planned.stop(
            move.row,
            "from_unit",
            "transfer_differs",
            f"“{move.person.values['name']}”在系统里是{now}，这里写 {write_day(move.on)} 从{out}转出，对不上。"
            "请核对原支部和时间。",
        )


def prepare(planned: TablePlan, desk: Desk) -> PlanRow:
    return TransferTable(planned, desk).plan_row


HANDLER = Handler(KIND, prepare)
