"""The example bureau's shelf: books bought this year and before, some of them lent, and two periodicals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from shanxue.orgs.models import Person
from shanxue.orgs.queries import Actor
from shanxue.resources.actions.lending import ask_to_borrow, lend, renew
from shanxue.resources.actions.periodicals import Order, subscribe, tick_issues
from shanxue.resources.actions.shelf import Book, Copies, add_title, answer_suggestion, suggest
from shanxue.resources.models import PaymentLine
from shanxue.resources.rules import Frequency, IssueState, LineKind

CASES = {
    "党史党建": "二楼学习室 1 号柜",
    "法律法规": "二楼学习室 2 号柜",
    "业务管理": "二楼资料室",
    "综合": "二楼学习室 3 号柜",
}
BOOKS = {
    "党史党建": "中国共产党章程 中国共产党的一百年 党员教育管理工作条例释义 党支部工作条例问答 党务工作实用手册 "
    "发展党员工作流程 组织生活会怎么开 主题党日案例 党课怎么讲 党内监督条例问答 机关党建工作指南 红色家书选",
    "法律法规": "中华人民共和国宪法 中华人民共和国民法典 行政处罚法释义 行政强制法释义 行政许可法释义 "
    "道路交通安全法释义 固体废物污染环境防治法释义 大气污染防治法释义 城市市容和环境卫生管理条例释义 信访工作条例问答",
    "业务管理": "城市管理案例选 数字城管应用手册 垃圾分类管理手册 户外广告设置规范 停车管理实务 城市照明养护手册 "
    "群众工作方法 执法文书制作 现场执法记录规范 应急处置预案汇编",
    "综合": "公文写作规范 机关文书档案管理 论语译注 唐诗三百首 古文观止 资治通鉴选",
}
BOUGHT_AT = {"论党的自我革命": "党史党建", "中国共产党简史": "党史党建", "城市管理执法办法释义": "业务管理"}
LENT = ((1, 36), (2, 21), (41, 15), (22, 12), (54, 9), (60, 4), (71, 1))  # number of the copy, days ago
PERIODICALS = {"人民日报": (Frequency.DAILY, "1-1"), "求是": (Frequency.HALF_MONTHLY, "2-371")}


def keep_shelf(office: Actor, member: Actor, people: Sequence[Person], *, at: datetime) -> None:
    """Fill the shelf from what was paid and from older stock, and lend from it as a desk does."""
    for line in PaymentLine.objects.filter(payment__purpose__fund__bureau=office.bureau).order_by("pk"):
        _enter_line(office, line, at)
    for case, names in BOOKS.items():
        for place, name in enumerate(names.split()):
            add_title(office, Book(name, "本书编写组"), Copies(1 + place % 3, CASES[case]), at=at)
    _lend_some(office, member, people, at)
    wish = suggest(member, "城市治理案例评析", "", "窗口办件常遇到类似情况", at=at)
    answer_suggestion(office, wish.pk, adopt=True, answer="列入下一批购书。", at=at)
    suggest(member, "民法典案例问答", "", "", at=at)


def _enter_line(office: Actor, line: PaymentLine, at: datetime) -> None:
    if line.kind == LineKind.BOOKS:
        book = Book(line.name, "本书编写组", "人民出版社", price_fen=line.amount_fen // line.quantity)
        add_title(office, book, Copies(line.quantity, CASES[BOUGHT_AT[line.name]], line_id=line.pk), at=at)
    elif line.kind == LineKind.PERIODICALS:
        _subscribe(office, line, at)


def _subscribe(office: Actor, line: PaymentLine, at: datetime) -> None:
    """Every issue up to today has come, but one."""
    frequency, code = PERIODICALS[line.name]
    today = timezone.localdate(at)
    order = Order(line.name, today.year, frequency, code, line.quantity, "各支部活动室", line_id=line.pk)
    subscription = subscribe(office, order, at=at)
    come = list(subscription.issues.filter(expected_on__lte=today).order_by("number").values_list("pk", flat=True))
    tick_issues(office, subscription.pk, come[:-3] + come[-2:], IssueState.RECEIVED, at=at)
    tick_issues(office, subscription.pk, come[-3:-2], IssueState.MISSED, at=at)


def _lend_some(office: Actor, member: Actor, people: Sequence[Person], at: datetime) -> None:
    """Eight books are out: one of them late, one due in some days with the member, one renewed."""
    assert member.person is not None
    others = [person for person in people if person.pk != member.person.pk][:7]
    lent = [
        lend(office, f"{number:05d}", person.staff_no, at=at - timedelta(days=days))
        for person, (number, days) in zip(others, LENT, strict=False)
    ]
    mine = lend(office, "00021", member.person.staff_no, at=at - timedelta(days=25))
    renew(office, lent[2].pk, at=at)
    ask_to_borrow(member, lent[0].copy.title_id, at=at)
    assert mine.due_on > timezone.localdate(at)
