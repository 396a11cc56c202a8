"""The assessment once more, by loops and fractions over dictionaries: written from the rules, not from the engine.

It shares nothing with ``shanxue.assessment.engine`` but the scheme's own classes. Slow and meant to be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from typing import Any

from shanxue.assessment.rules.scheme import Gate, Item, Quota, Scheme, When
from shanxue.base.periods import split_period

from .oracle_counts import Facts, Room, Subject, belongs, count_milli, half_up
from .oracle_items import Line, Scorer


@dataclass
class Standing:
    """One subject on the way to a grade."""

    subject: Subject
    state: str = ""  # 免考核, 新进, 不定
    joined: bool = False
    lines: dict[str, Line] = field(default_factory=dict)
    extra: dict[str, tuple[int, str]] = field(default_factory=dict)
    components: dict[str, int] = field(default_factory=dict)
    total: int | None = None
    waiting: list[str] = field(default_factory=list)
    decided: bool = False
    grade: str = ""
    gates: set[str] = field(default_factory=set)
    quota_notes: list[str] = field(default_factory=list)
    rank: int | None = None

    @property
    def open(self) -> bool:
        return (bool(self.waiting) or self.total is None) and not self.decided


class Oracle:
    """Assesses a group: ``results``, ``lines`` and ``gates`` as sets of plain tuples."""

    def __init__(self, scheme: Scheme, subjects: Sequence[Subject], facts: Facts) -> None:
        self.scheme = scheme
        self.group = [Standing(s) for s in sorted(subjects, key=lambda s: s["subject"]) if belongs(s, scheme.who)]
        self.items = {item.code: item for item in scheme.items}
        for standing in self.group:
            own = {
                source: [f for f in rows if f["subject"] == standing.subject["subject"]]
                for source, rows in facts.items()
            }
            self.score(standing, own)
        for item in scheme.items:
            if item.kind == "rank":
                self.rank_item(item)
        for standing in self.group:
            if standing.state in ("", "不定"):
                self.add_up(standing)
        self.grade(facts)

    def points(self, value: Fraction, weight: Fraction = Fraction(1)) -> int:
        return half_up(value * weight * self.scheme.scale)

    def score(self, standing: Standing, facts: Facts) -> None:
        scheme, subject = self.scheme, standing.subject
        held = (subject["exempt"] or "").split("、")
        joined = subject["joined_on"]
        standing.joined = joined is not None and joined > scheme.window.from_on
        months = sum(1 for _ in split_period(scheme.window, "month"))
        present = months
        if joined is not None:
            end = scheme.window.from_on.year * 12 + scheme.window.from_on.month + months
            present = min(months, max(0, end - joined.year * 12 - joined.month))
        if any(e.mode == "exclude" and set(e.categories) & set(held) for e in scheme.exempts):
            standing.state = "免考核"
        elif standing.joined and scheme.joiners.rule in ("next_year", "no_grade"):
            standing.state = "新进" if scheme.joiners.rule == "next_year" else "不定"
        if standing.state in ("免考核", "新进"):
            return
        self.own_facts = facts
        scorer = Scorer(scheme, subject, facts, present, months)
        for item in scheme.items:
            if not belongs(subject, item.who):
                continue
            line = scorer.score(item)
            waived = any(
                e.mode == "waive" and item.code in e.items and set(e.categories) & set(held) for e in scheme.exempts
            )
            fewer = scheme.joiners.rule == "pro_rata" and present < months and item.per is None
            number = item.kind == "quota" or (item.kind == "ratio" and isinstance(item.out_of, int))
            if waived:
                line.notes, line.scaled, line.zeroes_component = ["免"], item.full is not None, False
                line.awarded = None if item.full is not None else 0
                if line.scaled:
                    line.notes.append("折算")
            elif fewer and number:
                line.notes.append("按比例")
                if not scheme.joiners.clause:
                    line.notes.append("细则未规定，按加入后的月数折算")
            standing.lines[item.code] = line

    def rank_item(self, item: Item) -> None:
        groups: dict[Any, list[Standing]] = {}
        for standing in self.group:
            line = standing.lines.get(item.code)
            if line is None:
                continue
            if "免" in line.notes:
                line.counted = None
                continue
            if line.counted is None:
                line.notes.append("无数据")
                line.scaled = item.no_data == "scale"
                if line.scaled:
                    line.notes.append("折算")
                if item.no_data in ("zero", "full"):
                    weight = self.weight(item)
                    line.awarded = self.points(item.full or Fraction(0), weight) if item.no_data == "full" else 0
            else:
                key = standing.subject[item.rank_within] if item.rank_within else None
                groups.setdefault(key, []).append(standing)
        for members in groups.values():
            counts = [standing.lines[item.code].counted or 0 for standing in members]
            places = [(1 + sum(c > own for c in counts), sum(c >= own for c in counts)) for own in counts]
            for standing, (first, last) in zip(members, places, strict=True):
                line, size = standing.lines[item.code], len(members)
                line.awarded = self.rank_points(item, first, size)
                if last > first and self.rank_points(item, last, size) != line.awarded:
                    line.notes.append("并列，按较高名次计")
                line.counted, line.out_of = first * 1000, size * 1000

    def rank_points(self, item: Item, place: int, size: int) -> int:
        for share, points in item.rank_points:
            if Fraction(place, size) <= share:
                return self.points(points, self.weight(item))
        return 0

    def weight(self, item: Item) -> Fraction:
        return next((c.weight for c in self.scheme.components if c.name == item.component), Fraction(1))

    def add_up(self, standing: Standing) -> None:
        scheme, lines = self.scheme, standing.lines
        self.scale(standing)
        names = list(dict.fromkeys([c.name for c in scheme.components] + [i.component for i in scheme.items]))
        declared = {component.name: component for component in scheme.components}
        for name in names:
            own = [lines[item.code] for item in scheme.items if item.component == name and item.code in lines]
            component = declared.get(name)
            base = self.points(component.base, component.weight) if component else 0
            zeroing = [line for line in own if line.zeroes_component]
            if zeroing:
                zeroing[0].awarded = -(base + sum(line.awarded or 0 for line in own))
            items = sum(line.awarded or 0 for line in own)
            held, note = (
                self.hold(items + base, component.floor, component.cap, component.weight) if component else (items, "")
            )
            standing.components[name] = held
            if held != items:
                words = ["基础分"] if component and component.base else []
                standing.extra[f"={name}"] = (held - items, "；".join([*words, *([note] if note else [])]))
        standing.waiting = [self.items[code].title for code, line in lines.items() if line.awarded is None]
        if all(line.awarded is None for line in lines.values()):
            standing.extra.clear()
            return
        raw = self.points(scheme.base) + sum(standing.components.values())
        standing.total, note = self.hold(raw, scheme.floor, scheme.ceiling)
        if standing.total != raw:
            standing.extra["=合计"] = (standing.total - raw, note)

    def hold(
        self, value: int, floor: Fraction | None, cap: Fraction | None, weight: Fraction = Fraction(1)
    ) -> tuple[int, str]:
        held, note = value, ""
        if cap is not None and held > self.points(cap, weight):
            held, note = self.points(cap, weight), "封顶"
        if floor is not None and held < self.points(floor, weight):
            held = self.points(floor, weight)
            note = "保底" if value < held else note
        return held, note

    def scale(self, standing: Standing) -> None:
        """Give what asks nothing the share the others reached: of its component, else of everything."""
        before = {code: line.awarded for code, line in standing.lines.items()}
        for code, line in standing.lines.items():
            if not line.scaled or line.full is None:
                continue
            component = self.items[code].component
            for near in (True, False):
                others = [
                    (before[other], own.full)
                    for other, own in standing.lines.items()
                    if other != code and own.full and before[other] is not None
                    and (not near or self.items[other].component == component)
                ]  # fmt: skip
                possible = sum(full or 0 for _, full in others)
                if possible > 0:
                    share = Fraction(sum(points or 0 for points, _ in others), possible)
                    line.awarded = min(max(half_up(line.full * share), 0), line.full)
                    break

    # Grades

    def labels(self) -> list[str]:
        bands = sorted(self.scheme.bands, key=lambda band: band.from_points, reverse=True)
        own = [gate.effect for gate in self.scheme.gates if not gate.effect.target]
        names = [band.label for band in bands] + [quota.demote_to for quota in self.scheme.quotas]
        return list(dict.fromkeys(names + [n for effect in own for n in (effect.grade, effect.at_most) if n]))

    def grade(self, facts: Facts) -> None:
        self.facts = facts
        assessed = [standing for standing in self.group if standing.state in ("", "不定")]
        for gate in self.scheme.gates:
            if not gate.effect.target and gate.effect.total is not None:
                self.veto(gate, assessed)
        for standing in assessed:
            self.band(standing)
        own = [
            g
            for g in self.scheme.gates
            if not g.effect.target and (g.effect.grade or g.effect.at_most or g.effect.not_in)
        ]
        holding = {gate.code: [s for s in assessed if self.holds(gate, s)] for gate in own if gate.effect.total is None}
        for gate in own:
            for standing in holding.get(gate.code, [s for s in assessed if gate.code in s.gates]):
                standing.gates.add(gate.code)
                self.regrade(standing, gate)
        for quota in self.scheme.quotas:
            if quota.grade in self.labels():
                self.hold_quota(quota, assessed)
        for gate in self.scheme.gates:
            if gate not in own and (gate.effect.target or gate.effect.total is None):
                for standing in assessed:
                    if self.holds(gate, standing):
                        standing.gates.add(gate.code)
        self.rank()

    def veto(self, gate: Gate, assessed: list[Standing]) -> None:
        given = self.points(gate.effect.total or Fraction(0))
        for standing in [s for s in assessed if self.holds(gate, s)]:
            standing.gates.add(gate.code)
            before = standing.total if standing.total is not None else self.points(self.scheme.base)
            standing.total, standing.decided = given, True
            if given != before:
                standing.extra[f"={gate.code}"] = (given - before, "归零" if given == 0 else f"按{gate.clause}记分")

    def band(self, standing: Standing) -> None:
        if standing.state or standing.open or standing.total is None:
            return
        for band in sorted(self.scheme.bands, key=lambda band: band.from_points, reverse=True):
            needed = all(self.reaches(standing, name, least) for name, least in band.needs)
            if (
                standing.total >= band.from_points * self.scheme.scale
                and belongs(standing.subject, band.who)
                and needed
            ):
                standing.grade = band.label
                return

    def find(self, standing: Standing, name: str) -> int | None:
        if name in self.items:
            return standing.lines[name].awarded if name in standing.lines else None
        return standing.components[name]

    def reaches(self, standing: Standing, name: str, least: Fraction) -> bool:
        points = self.find(standing, name)
        return points is not None and points >= least * self.scheme.scale

    def regrade(self, standing: Standing, gate: Gate) -> None:
        labels, effect = self.labels(), gate.effect
        if effect.grade is not None and standing.state != "不定":
            standing.grade = effect.grade
        if effect.at_most and standing.grade and labels.index(standing.grade) < labels.index(effect.at_most):
            standing.grade = effect.at_most
        if standing.grade in effect.not_in:
            lower = [label for label in labels[labels.index(standing.grade) :] if label not in effect.not_in]
            standing.grade = lower[0] if lower else standing.grade

    def holds(self, gate: Gate, standing: Standing) -> bool:
        return belongs(standing.subject, gate.who) and self.test(gate.when, standing)

    def test(self, when: When, standing: Standing) -> bool:
        scale, labels = self.scheme.scale, self.labels()
        total = None if (standing.waiting and not standing.decided) else standing.total
        tests: list[bool] = []
        if when.grade_below is not None:
            tests.append(bool(standing.grade) and labels.index(standing.grade) > labels.index(when.grade_below))
        if when.grade_in:
            tests.append(standing.grade in when.grade_in)
        if when.total_below is not None:
            tests.append(total is not None and total < when.total_below * scale)
        if when.total_from is not None:
            tests.append(total is not None and total >= when.total_from * scale)
        if when.item_below is not None:
            points = self.find(standing, when.item_below[0])
            tests.append(points is not None and points < when.item_below[1] * scale)
        if when.share_below is not None:
            points = self.find(standing, when.share_below[0])
            tests.append(
                points is not None and total is not None and total > 0 and points < when.share_below[1] * total
            )
        tests += self.test_facts(when, standing)
        tests += [self.test(part, standing) for part in when.all_of]
        if when.any_of:
            tests.append(any(self.test(part, standing) for part in when.any_of))
        return all(tests)

    def test_facts(self, when: When, standing: Standing) -> Iterator[bool]:
        number = standing.subject["subject"]
        own = {source: [f for f in rows if f["subject"] == number] for source, rows in self.facts.items()}
        room = Room(own, self.scheme.window)
        if when.count_from is not None:
            counted = count_milli(when.count_from[0], room)
            yield counted is not None and counted >= when.count_from[1]
        if when.share_over is not None:
            part, whole = count_milli(when.share_over[0], room), count_milli(when.share_over[1], room)
            yield part is not None and whole is not None and whole > 0 and Fraction(part, whole) > when.share_over[2]
        if when.prior_grades is not None:
            years, grades = when.prior_grades
            this = (self.scheme.window.until_on - timedelta(days=1)).year
            name = self.scheme.name or "学习考核"
            yield standing.grade in grades and all(
                any(
                    f["title"] == str(this - back) and f["kind"] == name and f["mark"] in grades and not f["flag"]
                    for f in own.get("prior", ())
                )
                for back in range(1, years)
            )

    def hold_quota(self, quota: Quota, assessed: list[Standing]) -> None:
        groups: dict[Any, list[Standing]] = {}
        for standing in assessed:
            groups.setdefault(standing.subject[quota.per] if quota.per else None, []).append(standing)
        for members in groups.values():
            whole = sum(1 for s in members if not s.state and belongs(s.subject, quota.of)) * quota.share
            seats = {"floor": whole.__floor__(), "ceil": whole.__ceil__(), "half_up": half_up(whole)}[quota.rounding]
            holders = [standing for standing in members if standing.grade == quota.grade]
            keys = {id(s): self.order(s, quota) for s in holders}
            for standing in holders:
                own = keys[id(standing)]
                first = 1 + sum(key > own for key in keys.values())
                last = sum(key >= own for key in keys.values())
                self.decide(standing, quota, seats, first, last)

    def order(self, standing: Standing, quota: Quota) -> tuple[int, ...]:
        further = [self.find(standing, name) for name in quota.order_by]
        return (standing.total or 0, *(-(10**18) if points is None else points for points in further))

    def decide(self, standing: Standing, quota: Quota, seats: int, first: int, last: int) -> None:
        across = last > first and first <= seats < last
        beyond = (first if quota.ties == "all" else last) > seats
        tied = "并列，均未列入" if quota.ties == "none" else "并列，一并列入"
        if beyond:
            standing.grade = quota.demote_to
            standing.quota_notes.append(f"超出{quota.grade}名额（{seats}名），列为{quota.demote_to}")
            standing.quota_notes += [tied] if across else []
        elif across:
            standing.quota_notes.append(f"{quota.grade}名额{seats}名，{tied}")

    def rank(self) -> None:
        if self.scheme.bands:
            ranked = [standing for standing in self.group if standing.grade and not standing.open]
        else:
            ranked = [s for s in self.group if not s.state and not s.open]
        totals = sorted({standing.total or 0 for standing in ranked}, reverse=True)
        for standing in ranked:
            standing.rank = totals.index(standing.total or 0) + 1

    # What comes out

    def results(self) -> list[tuple[Any, ...]]:
        return [
            (s.subject["subject"], s.total, self.name_grade(s), s.rank, "；".join(self.note(s))) for s in self.group
        ]

    def name_grade(self, standing: Standing) -> str:
        if standing.state == "免考核":
            return "免考核"
        return "待补充" if not standing.state and standing.open and not standing.grade else standing.grade

    def note(self, standing: Standing) -> Iterator[str]:
        joiners = self.scheme.joiners
        silent = "" if joiners.clause else "；细则未规定，按此办理"
        if standing.state == "免考核":
            clause = next((e.clause for e in self.scheme.exempts if e.mode == "exclude" and e.clause), "")
            yield f"按{clause}免考核" if clause else "免考核"
        elif standing.state == "新进":
            yield "当年新进，从下一年度起考核" + silent
        elif standing.state == "不定":
            yield "当年新进，只计分，不定等次" + silent
        elif standing.joined and joiners.rule == "full" and not joiners.clause:
            yield "细则未规定，当年新进按全年要求考核"
        if standing.state in ("", "不定") and standing.open:
            yield "待补充：" + "、".join(standing.waiting) if standing.waiting else "没有适用的考核项目"
        yield from standing.quota_notes

    def lines(self) -> list[tuple[Any, ...]]:
        rows = []
        for standing in self.group:
            number = standing.subject["subject"]
            for code, line in standing.lines.items():
                policy = self.items[code].policy
                notes = {*line.notes, *([policy] if policy else [])}
                rows.append((number, code, line.counted, line.out_of, line.awarded, line.full, frozenset(notes)))
            for code, (points, note) in standing.extra.items():
                if standing.total is not None:
                    rows.append((number, code, None, None, points, None, frozenset(note.split("；") if note else [])))
        return rows

    def gates(self) -> list[tuple[int, str]]:
        codes = [gate.code for gate in self.scheme.gates]
        return [(s.subject["subject"], code) for s in self.group for code in codes if code in s.gates]
