"""The example bureau's money of the year: where it came from, what it was for, what was ordered and paid."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils import timezone

from shanxue.orgs.queries import Actor
from shanxue.resources.actions.funds import Decision, add_purpose, add_source, open_fund, shift_money
from shanxue.resources.actions.spending import Bill, Bought, add_line, commit_money, pay
from shanxue.resources.models import Fund, Payment, Purpose
from shanxue.resources.rules import LineKind

SOURCES = (("财政拨款", 8_000_000, "财预〔{year}〕16号"), ("上级党费下拨", 2_000_000, "市直党字〔{year}〕9号"))
PURPOSES = (("图书报刊", 0, ""), ("图书", 2_500_000, "图书报刊"), ("报刊", 1_500_000, "图书报刊"),
            ("培训", 3_000_000, ""), ("阵地", 2_500_000, ""))  # fmt: skip
# purpose, how far into the year so far (thousandths), supplier, what, number, lines: kind, name, quantity, fen
PAYMENTS = (
    ("报刊", 20, "市邮政分公司", "全年报刊订阅", "记-8",
     ((LineKind.PERIODICALS, "人民日报", 6, 172_800), (LineKind.PERIODICALS, "求是", 8, 153_600))),
    ("图书", 150, "新华书店云川店", "第一批学习用书", "记-41",
     ((LineKind.BOOKS, "论党的自我革命", 20, 70_000), (LineKind.BOOKS, "中国共产党简史", 20, 84_000))),
    ("阵地", 330, "云川办公设备商行", "二楼学习室投影和座椅", "记-77",
     ((LineKind.EQUIPMENT, "投影仪", 1, 468_000), (LineKind.EQUIPMENT, "折叠椅", 24, 216_000))),
    ("培训", 520, "市委党校", "党务干部培训班", "记-102", ((LineKind.TRAINING, "党务干部培训班（3天）", 32, 960_000),)),
    ("图书", 700, "新华书店云川店", "业务用书", "记-131", ((LineKind.BOOKS, "城市管理执法办法释义", 12, 57_600),)),
)  # fmt: skip


def keep_money(office: Actor, at: datetime) -> Fund:
    """Write this year's fund up to today through the office's own actions."""
    today = timezone.localdate(at)
    fund = open_fund(office, today.year, at=at)
    for name, fen, document in SOURCES:
        add_source(office, fund.pk, name, fen, document.format(year=today.year), at=at)
    purposes: dict[str, Purpose] = {}
    for name, fen, parent in PURPOSES:
        above = purposes[parent].pk if parent else None
        purposes[name] = add_purpose(office, fund.pk, name, fen, above, at=at)
    for number, (purpose, share, supplier, what, voucher, lines) in enumerate(PAYMENTS):
        bill = Bill(supplier, what, sum(line[3] for line in lines), pick_day(today, share), voucher)
        payment = pay(office, purposes[purpose].pk, bill, key=_name_key(number), at=at)
        _write_lines(office, payment, lines, at)
    decided = Decision(f"局党委会{today.year}年第6次会议", pick_day(today, 600), "读书班人数增加，从阵地经费调剂")
    shift_money(office, purposes["阵地"].pk, purposes["图书"].pk, 300_000, decided, key=_name_key(90), at=at)
    waiting = Bill("新华书店云川店", "读书班用书", 120_000, pick_day(today, 950))
    commit_money(office, purposes["图书"].pk, waiting, key=_name_key(91), at=at)
    return fund


def _write_lines(
    office: Actor, payment: Payment, lines: tuple[tuple[LineKind, str, int, int], ...], at: datetime
) -> None:
    for kind, name, quantity, fen in lines:
        add_line(office, payment.pk, Bought(kind, name, quantity, fen), at=at)


def pick_day(today: date, share: int) -> date:
    """A day so many thousandths into the year so far."""
    first = date(today.year, 1, 1)
    return first + timedelta(days=(today - first).days * share // 1000)


def _name_key(number: int) -> UUID:
    return uuid5(NAMESPACE_URL, f"demo-money-{number}")
