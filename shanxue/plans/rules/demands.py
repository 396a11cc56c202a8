"""What an obligation asks, read from its table kind by kind. Impossible rules are reported with what to change."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from shanxue.base.toml_fields import Section, suggest

from .obligations import (
    Amounts,
    Attendance,
    Cycle,
    Deadline,
    Demand,
    Event,
    FixedDay,
    Frequency,
    PairClass,
    Pairs,
    Quorum,
    QuorumOf,
    Quota,
    Trigger,
    Who,
)
from .vocabulary import (
    MILESTONES,
    NEEDS_KIND,
    ONLINE_WORDS,
    PERIOD_WORDS,
    PERIODS,
    SESSION_KINDS,
    SOURCES,
    TIERS,
    WEEKDAYS,
    WHO_WORDS,
)

OBLIGATION_KEYS = (
    "code", "title", "clause", "kind", "who", "soft", "grace_days", "near_days", "note",
    "event", "period", "least", "weekday", "nth", "day", "shift_days", "on_holiday", "quorum", "each",
    "any_of", "all_of", "years", "from_year", "yearly", "catch_up", "after", "on", "months", "days", "between",
)  # fmt: skip
EVENT_KEYS = ("source", "kind", "tier", "least_minutes", "least_characters", "by", "quorum")
PERIOD_DAYS = {"week": 7, "month": 28, "quarter": 90, "half": 181, "year": 365}
MOST_TIMES = 1000


def read_demand(part: Section, kind: str, who: Who) -> Demand | None:
    """Read the demand of one obligation; ``None`` after a problem was reported that leaves nothing to build."""
    if kind == "frequency":
        return _read_frequency(part)
    if kind == "fixed_day":
        return _read_fixed_day(part)
    if kind == "attendance":
        return _read_attendance(part, who)
    if kind in ("hours", "documents"):
        return _read_amounts(part, kind)
    if kind == "cycle":
        return _read_cycle(part)
    if kind == "deadline":
        return _read_deadline(part, who)
    return _read_pairs(part, who)


def _read_period(part: Section) -> str:
    if not part.has("period"):
        part.report(f"没有写 period（周期）。{suggest('', PERIODS)}")
    return part.take_choice("period", PERIODS, "year")


def _read_least(part: Section) -> int:
    if not part.has("least"):
        part.report("没有写 least（最少几次）。请写上整数，如 least = 1。")
    return part.take_whole("least", least=1) or 1


def _read_frequency(part: Section) -> Frequency:
    event, period, least = _read_event(part), _read_period(part), _read_least(part)
    if least > PERIOD_DAYS[period]:
        part.report(f"要求每{PERIOD_WORDS[period]}{least}次，一天一次也做不到。请核对次数和周期。")
    return Frequency(event, period, least)


def _read_fixed_day(part: Section) -> FixedDay:
    event, period = _read_event(part), _read_period(part)
    if period not in ("week", "month"):
        part.report("的固定日只能按 week（周）或 month（月）。请改 period。")
    weekday = part.take_text("weekday")
    if weekday and (weekday not in WEEKDAYS or len(weekday) != 1):
        part.report(f'的 weekday 写成了“{weekday}”，应当是一个字：一、二、三、四、五、六、日，如 weekday = "五"。')
        weekday = ""
    month_day = part.take_whole("day", least=1)
    nth = part.take_number("nth", Fraction(1)) or Fraction(1)
    if nth not in (1, 2, 3, 4, -1):
        part.report(f"的 nth 写成了 {nth}，可以是 1、2、3、4，或 -1（最后一个）。")
        nth = Fraction(1)
    if bool(weekday) == (month_day is not None):
        part.report("要写 weekday（星期几）或 day（几日）中的一个，只写一个。")
    if month_day is not None and (period == "week" or month_day > 28):
        part.report(f"的 day 写成了{month_day}。每月都有的日子是1至28日，按周的用 weekday。")
    shift = part.take_whole("shift_days", least=0) or 0
    if shift >= PERIOD_DAYS.get(period, 28):
        part.report(f"可以前后调整{shift}天，超过一个周期，等于没有固定日。请把 shift_days 改小。")
    holiday = part.take_choice("on_holiday", ("after", "before", "none"), "after")
    return FixedDay(event, period, WEEKDAYS.index(weekday) if weekday else None, int(nth), month_day, shift, holiday)


def _read_attendance(part: Section, who: Who) -> Attendance:
    event, period = _read_event(part), _read_period(part)
    if not who.of_units:
        part.report("的到会率按单位统计，who 请写 unit。")
    quorum = _read_quorum(part)
    if quorum is None:
        part.report('没有写 quorum（到会比例）。请写上，如 quorum = { least = "90%" }。')
    each = part.take_flag("each") or False
    return Attendance(event, quorum or Quorum(Fraction(1), False), period, each)


def _read_amounts(part: Section, kind: str) -> Amounts:
    key = "any_of" if part.has("any_of") else "all_of"
    if part.has("any_of") and part.has("all_of"):
        part.report("同时写了 any_of（满足一项即可）和 all_of（都要满足）。请只写一个。")
    part.take("all_of" if key == "any_of" else "any_of")
    quotas = _read_quotas(part, key)
    return Amounts(quotas, _read_period(part), any=key == "any_of" or (kind == "hours" and len(quotas) == 1))


def _read_quotas(part: Section, key: str) -> tuple[Quota, ...]:
    sections = part.take_sections(key)
    if not sections:
        part.report(f'没有写要求的数量。请写上，如 {key} = [{{ source = "credit", measure = "学时", least = 32 }}]。')
    return tuple(quota for section in sections if (quota := _read_quota(section)) is not None)


def _read_quota(section: Section) -> Quota | None:
    event = _build_event(section)
    measures = SOURCES.get(event.source, ())
    measure = section.take_choice("measure", measures, measures[0]) if measures else ""
    if not section.has("least"):
        section.report("没有写 least（最少多少）。")
    least = section.take_milli("least")
    section.finish((*EVENT_KEYS, "measure", "least"))
    if least is not None and least <= 0:
        section.report("的 least 应当大于 0。")
    return Quota(event, measure, least or 0)


def _read_cycle(part: Section) -> Cycle:
    quotas = _read_quotas(part, "any_of" if part.has("any_of") else "all_of")
    years = part.take_whole("years", least=2)
    from_year = part.take_whole("from_year", least=1990)
    if years is None:
        part.report("没有写 years（几年一个周期）。请写上，如 years = 5。")
    if from_year is None:
        part.report("没有写 from_year（第一个周期从哪年起）。请写上，如 from_year = 2023。")
    yearly = part.take_share("yearly") if part.has("yearly") else None
    if yearly is not None and years and yearly * years > 1:
        part.report(f"每年完成{yearly}，{years}年就是{yearly * years}，超过全部。请核对 yearly。")
    if yearly == 0:
        part.report("的 yearly 是 0。没有每年的要求就不写这一项。")
    catch_up = part.take_flag("catch_up")
    return Cycle(quotas, years or 2, from_year or 2000, yearly, True if catch_up is None else catch_up)


def _read_deadline(part: Section, who: Who) -> Deadline:
    event = _read_event(part)
    least = part.take_whole("least", least=1) or 1
    trigger = _read_trigger(part, who)
    months = part.take_whole("months", least=0) or 0
    days = part.take_whole("days", least=0) or 0
    after = trigger.kind not in ("yearly", "period_end")
    if after and months == days == 0:
        part.report("没有写期限。请写 months（几个月内）或 days（几天内）。")
    if not after and (months or days):
        part.report("写的是固定日期，用不到 months 和 days。请删去。")
    holiday = part.take_choice("on_holiday", ("after", "before", "none"), "none")
    return Deadline(event, trigger, least, months, days, holiday)


def _read_trigger(part: Section, who: Who) -> Trigger:
    after, on = part.take_section("after"), part.take_section("on")
    if (after is None) == (on is None):
        part.report('要写 after（从哪件事起算，如 after = { role = ["书记"] }）或 on（哪一天）中的一个，只写一个。')
        return Trigger("yearly", month=12, day=31)
    return _read_after(after, who) if after is not None else _read_on(on)  # type: ignore[arg-type]


def _read_after(after: Section, who: Who) -> Trigger:
    milestones, roles = after.take_words("milestone"), after.take_words("role")
    founded, transfer = after.take_flag("founded"), after.take_flag("transfer")
    after.finish(("milestone", "role", "founded", "transfer"))
    if sum(map(bool, (milestones, roles, founded, transfer))) != 1:
        after.report("要写一件事：milestone（晋升、转正等）、role（任职）、founded（单位成立）或 transfer（转出）。")
    for words, known, name in ((milestones, MILESTONES, "milestone"), (roles, WHO_WORDS["role"], "role")):
        for word in words:
            if word not in known:
                after.report(f"的 {name} 里“{word}”不认识，{suggest(word, known)}")
    if bool(founded) != who.of_units:
        after.report("与 who 对不上：单位从 founded（成立）起算，人员从其他几件事起算。")
    kind = "founded" if founded else "transfer" if transfer else "role" if roles else "milestone"
    return Trigger(kind, milestones or roles)


def _read_on(on: Section) -> Trigger:
    workdays = on.take_whole("last_workdays", least=1)
    if workdays is not None:
        period = on.take_choice("period", PERIODS[1:], "quarter")
        on.finish(("last_workdays", "period"))
        if workdays > 20:
            on.report(f"的 last_workdays 是{workdays}，比一个月的工作日还多。请改小。")
        return Trigger("period_end", period=period, workdays=workdays)
    month, day = on.take_whole("month", least=1), on.take_whole("day", least=1)
    on.finish(("month", "day"))
    try:
        date(2025, month or 0, day or 0)
    except ValueError:
        on.report(f"的 month 和 day 写成了{month or '空'}月{day or '空'}日，每年都有的日子才行。请核对。")
        return Trigger("yearly", month=12, day=31)
    return Trigger("yearly", month=month, day=day)


def _read_pairs(part: Section, who: Who) -> Pairs:
    event, period, least = _read_event(part), _read_period(part), _read_least(part)
    if not who.of_units:
        part.report("的谈心谈话按支部统计，who 请写 unit。")
    classes: list[PairClass] = []
    for words in part.take_words("between"):
        sides = words.replace("—", "-").replace("–", "-").split("-")
        if len(sides) != 2 or not set(sides) <= {"委员", "党员"}:
            part.report(f"的 between 里“{words}”不认识。请写成 委员-委员、委员-党员 或 党员-党员。")
        else:
            classes.append(PairClass(*sides))
    if not classes:
        part.report('没有写 between（谁和谁）。请写上，如 between = ["委员-委员", "委员-党员", "党员-党员"]。')
    return Pairs(event, tuple(classes), period, least)


def _read_event(part: Section) -> Event:
    section = part.take_section("event")
    if section is None:
        part.report('没有写 event（什么记录算数）。请写上，如 event = { source = "session", kind = ["党课"] }。')
        return Event("session")
    event = _build_event(section)
    section.finish(EVENT_KEYS)
    return event


def _build_event(section: Section) -> Event:
    source = section.take_choice("source", SOURCES, "session")
    kinds, tiers, roles = section.take_words("kind"), section.take_words("tier"), section.take_words("by")
    if source in NEEDS_KIND:
        _check_words(section, "kind", kinds, SESSION_KINDS)
        if not kinds and not tiers:
            section.report("没有写 kind（哪种会议或活动）。")
    _check_words(section, "tier", tiers, TIERS)
    _check_words(section, "by", roles, WHO_WORDS["role"])
    for word in kinds:
        if any(online in word for online in ONLINE_WORDS):
            section.report(f'用到“{word}”，不能作为要求（国办函〔2026〕12号）。可改用认定学时（source = "credit"）。')
    return Event(
        source,
        kinds,
        tiers,
        section.take_whole("least_minutes", least=1),
        section.take_whole("least_characters", least=1),
        roles,
        _read_quorum(section),
    )


def _check_words(section: Section, key: str, words: tuple[str, ...], known: tuple[str, ...]) -> None:
    for word in words:
        if word not in known:
            section.report(f"的 {key} 里“{word}”不认识，{suggest(word, known)}")


def _read_quorum(part: Section) -> Quorum | None:
    section = part.take_section("quorum")
    if section is None:
        return None
    least, over = section.take_share("least"), section.take_share("over")
    of = section.take_choice("of", tuple(QuorumOf), QuorumOf.EXPECTED)
    section.finish(("least", "over", "of"))
    if section.has("least") == section.has("over"):
        section.report("要写 least（不少于）或 over（超过）中的一个，只写一个。")
        return None
    ratio = over if over is not None else least
    if over == 1:
        section.report("要求超过百分之百，任何会议都达不到。全部到会请写 least = 1。")
    return Quorum(ratio if ratio is not None else Fraction(1), over is not None, QuorumOf(of))
