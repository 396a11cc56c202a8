"""What this room holds about one person, and the way to what the other rooms hold (``settings.HOLDINGS``)."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module

from django.conf import settings
from django.utils import timezone

from shanxue.base.holdings import Cell, Holding, Reading, hold

from .models import Person

KEPT = "在册期间；离开后按档案规定"
WITH_MARKS = "定档后随考勤一起"


def gather_holdings(person: Person) -> list[Holding]:
    """Everything held about a person, room by room. Rooms above are named by the settings, not imported here."""
    return [holding for name in settings.HOLDINGS for holding in import_module(name).export_person(person)]


def gather_readings(person: Person) -> list[Reading]:
    """Who looked at any room's record of a person, latest first."""
    modules = [import_module(name) for name in settings.HOLDINGS]
    found = [one for module in modules if hasattr(module, "list_readings") for one in module.list_readings(person)]
    return sorted(found, key=lambda one: one.on, reverse=True)


def export_person(person: Person) -> list[Holding]:
    account = person.account
    return [
        hold("基本信息", "名册导入或办公室登记；考核到人、按不同办法考核（D6）", KEPT, "项目 内容", list_facts(person)),
        hold(
            "任职经历", "名册、调动和职务登记（党员教育管理条例第25条）", KEPT, "单位 职务 开始 结束 接收",
            person.stints.order_by("from_on", "pk").values_list(
                "unit__name", "role", "from_on", "until_on", "received_on"
            ),
        ),
        hold(
            "组织关系转接", "办公室登记，接收单位确认", KEPT, "转往 转出日期 状态 接收日期 谁登记",
            person.transfers.order_by("pk").values_list("to_unit__name", "on", "state", "received_on", "asked_by"),
        ),
        hold(
            "免考核", "办公室登记；只有类别，没有病情（党员教育管理条例第23条）", WITH_MARKS,
            "类别 开始 最后一天 批准人",
            [
                (row.category, row.from_on, _close(row.until_on), row.approved_by)
                for row in person.exemptions.order_by("from_on", "pk")
            ],
        ),
        hold(
            "免考核申请", "支部书记申请，办公室审批", WITH_MARKS, "类别 开始 最后一天 状态 谁申请 谁审批 说明",
            [
                (row.category, row.from_on, _close(row.until_on), row.state, row.asked_by, row.decided_by, row.decision)
                for row in person.exemption_requests.order_by("pk")
            ],
        ),
        hold(
            "重要日期", "办公室登记；期限从这些日子算起（转正、晋升等）", KEPT, "事项 日期 职级",
            person.milestones.order_by("on", "pk").values_list("kind", "on", "rank_class"),
        ),
        hold(
            "更正申请", "本人申请（个人信息保护法第46条）", "答复后一个考核年度",
            "项目 当时的记录 申请改为 时间 结果 说明",
            [
                (row.what, row.held, row.wanted, timezone.localtime(row.asked_at), row.state, row.decision)
                for row in person.corrections.order_by("pk")
            ],
        ),
        hold(
            "账号", "登录用；不要邮箱和手机号", "账号停用即止", "登录名 显示名 大字版 最近登录",
            [] if account is None else [
                (account.username, account.display_name, account.large_type,
                 timezone.localtime(account.last_login) if account.last_login else None)
            ],
        ),
        hold(
            "授权", "办公室或管理员登记；能看什么、办什么的唯一来源", KEPT, "权限 单位 开始 结束",
            [] if account is None else [
                (grant.get_power_display(), grant.unit.name if grant.unit else person.bureau.name, grant.from_on,
                 grant.until_on)
                for grant in account.grants.select_related("unit").order_by("from_on", "pk")
            ],
        ),
    ]  # fmt: skip


def _close(until_on: date | None) -> date | None:
    return until_on - timedelta(days=1) if until_on is not None else None


def list_facts(person: Person) -> list[tuple[str, Cell]]:
    """The core facts of a person, each of which may be asked to be corrected."""
    return [
        ("工号", person.staff_no), ("姓名", person.name), ("党籍状态", person.party_status),
        ("人员状态", person.staff_state), ("职级类别", person.rank_class), ("出生年份", person.birth_year),
        ("到职日期", person.joined_on), ("离开日期", person.left_on),
    ]  # fmt: skip


def list_readings(person: Person) -> list[Reading]:
    rows = person.readings.select_related("user").order_by("-on", "-pk")
    return [Reading(row.on, str(row.user), row.what) for row in rows]
