"""One subject's lines once more: the kinds of item in exact fractions, rounded once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from typing import Any

from shanxue.assessment.rules.scheme import Count, Item, Scheme, Step
from shanxue.base.periods import Period, split_period

from .oracle_counts import Facts, Room, Subject, add_capped, count_milli, half_up, list_values, meets


@dataclass
class Line:
    counted: int | None
    out_of: int | None
    awarded: int | None
    full: int | None
    notes: list[str]
    scaled: bool = False
    zeroes_component: bool = False


@dataclass
class Value:
    """An item's points as an exact fraction (None: no data), before rounding."""

    points: Fraction | None
    counted: int | None = None
    out_of: int | None = None
    notes: list[str] = field(default_factory=list)
    zeroed: bool = False


class Scorer:
    """Scores one subject under one scheme."""

    def __init__(self, scheme: Scheme, subject: Subject, facts: Facts, present: int, months: int) -> None:
        self.scheme, self.subject, self.facts = scheme, subject, facts
        self.present, self.months = present, months

    def aim(self, target: int, room: Room) -> int:
        if self.scheme.joiners.rule != "pro_rata" or room.piece is not None:
            return target
        return half_up(Fraction(target * self.present, self.months))

    def weight(self, item: Item) -> Fraction:
        return next((c.weight for c in self.scheme.components if c.name == item.component), Fraction(1))

    def bounds(self, item: Item) -> tuple[Fraction | None, Fraction | None]:
        """(bottom, top) of an item's points, in scheme points."""
        top = item.cap if item.cap is not None else item.full
        zero = item.floor if item.floor is not None else Fraction(0)
        if item.kind in ("ratio", "score", "votes"):
            return zero, top
        if item.kind == "quota":
            if item.over_each is not None and item.cap is None:
                top = None if item.over_cap is None or item.full is None else item.full + item.over_cap
            return zero, top
        if item.kind == "deduct_each":
            return (zero if item.full is not None else item.floor), item.cap
        if item.kind == "fixed":
            return item.floor, item.cap
        return item.floor, top

    def value(self, item: Item, room: Room) -> list[Value]:
        """The ways to an item's points."""
        return list(getattr(self, f"value_{item.kind}")(item, room))

    def value_ratio(self, item: Item, room: Room) -> Iterator[Value]:
        assert item.count is not None
        assert item.full is not None
        counted = count_milli(item.count, room)
        out_of = count_milli(item.out_of, room) if isinstance(item.out_of, Count) else self.aim(item.out_of or 0, room)
        if counted is None or out_of is None or out_of <= 0:
            yield Value(None, counted, out_of)
            return
        share = Fraction(counted, out_of)
        if item.slope is None:
            yield Value(item.full * share / item.baseline, counted, out_of)
        else:
            short = max(Fraction(0), item.baseline - share) * 100
            yield Value(item.full - item.slope * short, counted, out_of)

    def add_steps(self, item: Item, room: Room) -> tuple[Fraction, int]:
        points, counted = Fraction(0), 0
        for step in item.steps:
            milli = count_milli(step.count, room)
            assert milli is not None
            counted += milli
            points += self.add_step(step, milli, room)
        return points, counted

    def add_step(self, step: Step, milli: int, room: Room) -> Fraction:
        worth = Fraction(milli, 1000) * step.each
        if step.caps_per:
            caps = {unit: Fraction(cap) for unit, cap in step.caps_per}
            for unit, cap in step.count.caps_per:
                points = Fraction(cap, 1000) * step.each
                caps[unit] = min(caps.get(unit, points), points)
            values = [
                (day, value * step.each / 1000) for day, value in list_values(step.count, room) if value is not None
            ]
            worth = add_capped(values, caps)
        return worth if step.cap is None else min(worth, step.cap)

    def value_deduct_each(self, item: Item, room: Room) -> Iterator[Value]:
        points, counted = self.add_steps(item, room)
        yield self.zero(item, Value((item.full or Fraction(0)) - points, counted))

    def value_award_each(self, item: Item, room: Room) -> Iterator[Value]:
        points, counted = self.add_steps(item, room)
        yield self.zero(item, Value(points, counted))

    def zero(self, item: Item, value: Value) -> Value:
        value.zeroed = item.zero_from_milli is not None and (value.counted or 0) >= item.zero_from_milli
        return value

    def value_lookup(self, item: Item, room: Room) -> Iterator[Value]:
        assert item.count is not None
        counted = count_milli(item.count, room)
        if item.each_row:
            rows = [half_up(value) for _, value in list_values(item.count, room) if value is not None]
            yield Value(sum((self.look_up(item, row) for row in rows), Fraction(0)), counted)
        else:
            yield Value(None if counted is None else self.look_up(item, counted), counted)

    def look_up(self, item: Item, milli: int) -> Fraction:
        for row in item.ranges:
            if row.from_milli <= milli and (row.until_milli is None or milli < row.until_milli):
                return row.points
        return Fraction(0)

    def value_quota(self, item: Item, room: Room) -> Iterator[Value]:
        assert item.full is not None
        for target in item.targets:
            counted, goal = count_milli(target.count, room), target.milli
            if target.by_column is not None:
                goal = target.by_value.get(self.subject[target.by_column] or "", target.by_value.get("other", goal))
            goal = None if goal is None else self.aim(goal, room)
            yield Value(self.reach(item, counted, goal), counted, goal)

    def reach(self, item: Item, counted: int | None, goal: int | None) -> Fraction | None:
        assert item.full is not None
        if counted is None or goal is None:
            return None
        if counted >= goal:
            more = (counted - goal) // 1000 * (item.over_each or 0)
            return item.full + more
        if item.short == "zero":
            return Fraction(0)
        if item.short == "each":
            return item.full - (item.short_each or 0) * Fraction(goal - counted, 1000)
        return item.full * Fraction(counted, goal)

    def value_score(self, item: Item, room: Room) -> Iterator[Value]:
        assert item.count is not None
        assert item.full is not None
        count = Count(**{**vars(item.count), "measure": "mean"})
        shares = [value for _, value in list_values(count, room) if value is not None]
        if not shares:
            yield Value(None, None, 100_000)
            return
        mean = sum(shares) / len(shares)
        yield Value(item.full * mean / 100_000, half_up(mean), 100_000)

    def value_votes(self, item: Item, room: Room) -> Iterator[Value]:
        assert item.count is not None
        assert item.full is not None
        rows = [fact for fact in room.list("events") if all(meets(fact, condition) for condition in item.count.where)]
        groups = list(item.groups) if item.groups else sorted({fact["level"] or "" for fact in rows})
        if not item.groups and not item.several_groups:
            groups = [""]
        means = {}
        for group in groups:
            own = [f for f in rows if (not item.groups and not item.several_groups) or (f["level"] or "") == group]
            ballots = [
                item.values[f["mark"]] for f in own if f["mark"] in item.values for _ in range(f["amount"] // 1000)
            ]
            ballots.sort()
            if item.trim and len(ballots) > 2 * item.trim:
                ballots = ballots[item.trim : -item.trim]
            if ballots:
                means[group] = sum(ballots, Fraction(0)) / len(ballots)
        if not means:
            yield Value(None, None, 100_000)
            return
        weights = {group: item.groups.get(group, Fraction(1)) for group in means}
        mean = sum((means[group] * weights[group] for group in means), Fraction(0)) / sum(weights.values())
        rescaled = ["有一类测评人没有票，其余折算"] if item.groups and len(means) < len(item.groups) else []
        yield Value(mean * item.full / 100, half_up(mean * 1000), 100_000, rescaled)

    def value_marks(self, item: Item, room: Room) -> Iterator[Value]:
        assert item.count is not None
        rows = [fact for fact in room.list("events") if all(meets(fact, condition) for condition in item.count.where)]
        valid = [
            fact["points"]
            for fact in rows
            if fact["points"] is not None
            and fact["reason"]
            and fact["tier"]
            and (item.least is None or fact["points"] >= item.least * 1000)
            and (item.most is None or fact["points"] <= item.most * 1000)
        ]
        notes = ["有评分超出幅度或缺少评分人、理由，未计"] if len(valid) < len(rows) else []
        points = None if item.full is not None and not valid else Fraction(sum(valid), 1000)
        yield Value(points, sum(valid), None, notes)

    def value_carry(self, item: Item, room: Room) -> Iterator[Value]:
        count = item.count or Count("prior")
        last_year = (room.window.until_on - timedelta(days=1)).year - 1
        named = {condition.column for condition in count.where}
        totals = [
            fact["amount"]
            for fact in room.list("prior")
            if all(meets(fact, condition) for condition in count.where)
            and not fact["flag"]
            and fact["amount"] is not None
            and ("title" in named or fact["title"] == str(last_year))
            and ("kind" in named or fact["kind"] == (self.scheme.name or "学习考核"))
        ]
        best = max(totals, default=None)
        points = None if best is None else (item.carry_share or 0) * Fraction(best, 1000)
        yield Value(points, best or 0)

    def value_fixed(self, item: Item, room: Room) -> Iterator[Value]:
        del room
        points = item.points if item.points is not None or item.table_column is not None else item.full
        if item.table_column is not None:
            points = item.table.get(self.subject[item.table_column] or "", item.table.get("other", item.points))
        yield Value(points)

    def value_rank(self, item: Item, room: Room) -> Iterator[Value]:
        assert item.count is not None
        yield Value(None, count_milli(item.count, room))

    # One line

    def settle(self, item: Item, room: Room, unit: Fraction | None) -> tuple[Fraction | None, Value, list[str], bool]:
        """(points, the way taken, notes, zeroed). ``unit``: points are rounded to whole ``1/unit``; None: exact."""

        def turn(points: Fraction) -> Fraction:
            return points if unit is None else Fraction(half_up(points * unit))

        ways = self.value(item, room)
        best = max(ways, key=lambda way: (way.points is not None, turn(way.points) if way.points is not None else 0))
        notes: list[str] = []
        points = None if best.points is None else turn(best.points)
        bottom, top = self.bounds(item)
        raw = points
        if points is not None:
            points = points if top is None else min(points, turn(top))
            points = points if bottom is None else max(points, turn(bottom))
            if best.zeroed:
                points, notes = Fraction(0), ["归零"]
            elif top is not None and raw is not None and raw > turn(top):
                notes.append("封顶")
            if not best.zeroed and bottom is not None and raw is not None and raw < turn(bottom):
                notes.append("保底")
            enough = turn(item.full or Fraction(0))
            if item.soft and points < enough:
                points, notes = enough, [*notes, "软性要求，未达"]
        elif item.kind != "rank":
            notes.append("无数据")
            if item.no_data == "zero" or (item.no_data == "full" and item.full is None):
                points = Fraction(0)
            elif item.no_data == "full":
                points = turn(item.full or Fraction(0))
        return points, best, [*notes, *best.notes], best.zeroed

    def score(self, item: Item) -> Line:
        unit = self.scheme.scale * self.weight(item)
        pieces = list(split_period(self.scheme.window, item.per)) if item.per else []
        joined = self.subject["joined_on"]
        if self.scheme.joiners.rule == "pro_rata" and joined is not None:
            pieces = [piece for piece in pieces if joined < piece.until_on] or pieces[-1:]
        times = sum(1 for _ in split_period(self.scheme.window, item.per)) if item.per and item.combine == "sum" else 1
        full = None if item.full is None else half_up(item.full * times * unit)
        if item.per is None:
            points, way, notes, zeroed = self.settle(item, Room(self.facts, self.scheme.window), Fraction(unit))
            awarded = None if points is None else int(points)
            line = Line(way.counted, way.out_of, awarded, full, notes)
        else:
            line, zeroed = self.combine(item, pieces, unit, full)
        line.zeroes_component = zeroed and item.zeroes == "component"
        if "无数据" in line.notes and line.awarded is None and item.no_data == "scale":
            line.scaled = True
            line.notes.append("折算")
        return line

    def combine(self, item: Item, pieces: list[Period], unit: Fraction, full: int | None) -> tuple[Line, bool]:
        parts = []
        for piece in pieces:
            room = Room(self.facts, self.scheme.window, piece, item.per)
            parts.append(self.settle(item, room, None))
        known = [part for part in parts if part[0] is not None]
        missing = any("无数据" in part[2] for part in parts)
        notes = list(dict.fromkeys(note for part in parts for note in part[2] if note != "无数据"))
        if missing and item.no_data in ("wait", "scale"):
            notes.append("部分期间没有数据，未计入" if known else "无数据")
        elif missing:
            notes.append("无数据")
        counted, out_of = self.combine_counts(item, parts)
        points = [part[0] for part in known if part[0] is not None]
        if not points:
            return Line(counted, out_of, None, full, notes), False
        whole = {"sum": sum(points), "best": max(points), "mean": sum(points) / len(points)}[item.combine]
        zeroed = any(part[3] for part in parts)
        return Line(counted, out_of, half_up(Fraction(whole) * unit), full, notes), zeroed

    def combine_counts(self, item: Item, parts: list[Any]) -> tuple[int | None, int | None]:
        found = []
        best = max((part[0] for part in parts if part[0] is not None), default=None)
        for column in ("counted", "out_of"):
            if item.combine == "best":
                held = [getattr(p[1], column) for p in parts if p[0] is not None and p[0] == best]
                numbers = [number for number in held if number is not None]
                found.append(max(numbers, default=None))
                continue
            numbers = [n for n in (getattr(part[1], column) for part in parts) if n is not None]
            mean = item.kind in ("score", "votes") and numbers
            found.append(half_up(Fraction(sum(numbers), len(numbers))) if mean else sum(numbers) if numbers else None)
        return found[0], found[1]
