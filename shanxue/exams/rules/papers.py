"""Papers by rule (so many of each kind from each bank, drawn by a seed), and what holds before one is published."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shanxue.base.points import MILLI, format_scaled

MOST_QUESTIONS = 300
Stock = Mapping[tuple[str, str], Sequence[int]]  # (bank, kind) → ids of questions in use, ascending


@dataclass(frozen=True)
class Draw:
    """One line of a rule: ``count`` questions of a kind from a bank, each worth ``points_milli``."""

    bank: str
    kind: str
    count: int
    points_milli: int

    def write(self) -> dict[str, Any]:
        return {"bank": self.bank, "kind": self.kind, "count": self.count, "points_milli": self.points_milli}


def read_rule(rule: Sequence[Mapping[str, Any]]) -> tuple[Draw, ...]:
    return tuple(Draw(line["bank"], line["kind"], line["count"], line["points_milli"]) for line in rule)


def draw_questions(draws: Sequence[Draw], stock: Stock, seed: int) -> list[tuple[int, int]]:
    """Draw (question id, points) in the order of the rule. The same seed and stock give the same paper."""
    chance = random.Random(seed)
    return [
        (number, draw.points_milli)
        for draw in draws
        for number in chance.sample(sorted(stock.get((draw.bank, draw.kind), ())), draw.count)
    ]


def find_shortages(draws: Sequence[Draw], available: Mapping[tuple[str, str], int]) -> list[str]:
    """Say which banks hold fewer questions than the rule draws."""
    return [
        f"题库“{draw.bank}”只有 {available.get((draw.bank, draw.kind), 0)} 道{draw.kind}，要抽 {draw.count} 道。"
        for draw in draws
        if available.get((draw.bank, draw.kind), 0) < draw.count
    ]


@dataclass(frozen=True)
class PaperFacts:
    """What is known of a paper before it is published."""

    title: str
    question_count: int
    full_milli: int
    people_count: int
    pass_milli: int | None
    opens_at: datetime
    closes_at: datetime
    retired_count: int = 0  # chosen questions that were retired since
    shortages: tuple[str, ...] = ()


def find_obstacles(facts: PaperFacts, now: datetime) -> list[str]:
    """List what stands in the way of publishing, each with what to do."""
    found = list(facts.shortages)
    if not facts.question_count:
        found.append("还没有选题。请先按规则抽题，或者手工选题。")
    if facts.question_count > MOST_QUESTIONS:
        found.append(f"共 {facts.question_count} 题，超过 {MOST_QUESTIONS} 题。请减少题数。")
    if facts.retired_count:
        found.append(f"选入的题里有 {facts.retired_count} 道已停用。请换成别的题。")
    if facts.question_count and facts.pass_milli is not None and facts.pass_milli > facts.full_milli:
        found.append(
            f"及格线 {format_scaled(facts.pass_milli, MILLI, trim=True)} 分高于总分 "
            f"{format_scaled(facts.full_milli, MILLI, trim=True)} 分。请改及格线或每题分值。"
        )
    if not facts.people_count:
        found.append("参加范围里没有人。请改单位或党籍状态。")
    if facts.closes_at <= now:
        found.append("结束时间已过。请改结束时间。")
    return found


def pick_counting(scores: Sequence[tuple[int, int | None]], counts: str) -> tuple[int, int | None] | None:
    """Pick which attempt counts: (attempt, score). 取最高: the earliest among equals; no mark is below any score."""
    known = sorted(scores)
    if not known:
        return None
    if counts == "取最后一次":
        return known[-1]
    return max(known, key=lambda row: (-1 if row[1] is None else row[1], -row[0]))
