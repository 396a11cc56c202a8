"""What plans leave for the archive of a year: the 工作意见, the branches' plans, campaigns, items, institutions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

from django.db.models import Q
from django.urls import reverse

from shanxue.base.paper import clean_text, pack_document, split_lines, start_document, write_lines
from shanxue.base.periods import Period
from shanxue.base.volumes import Cell, Document, Piece, Retention, Series, Table, make_columns
from shanxue.orgs.models import Bureau

from .documents import write_plan
from .models import Campaign, InstitutionVersion, Plan, PlanChange, PlanItem
from .queries.planning import find_root, tell_tier
from .rules import CampaignState, PlanState
from .rules.planning import PlanTier

Row = tuple[Cell, ...]


def list_pieces(bureau: Bureau, period: Period) -> list[Piece]:
    year = period.from_on.year
    plans = Plan.objects.filter(bureau=bureau, year=year, unit__isnull=False).select_related("unit", "bureau")
    found = [_describe_plan(plan) for plan in plans.order_by("unit__path")]
    campaigns = Campaign.objects.filter(bureau=bureau, until_on__gt=period.from_on, until_on__lte=period.until_on)
    return [
        *_find_gap(bureau, year, [plan.unit_id for plan in plans]),
        *found,
        *(_describe_campaign(campaign, year) for campaign in campaigns.select_related("unit").order_by("until_on")),
    ]


def _find_gap(bureau: Bureau, year: int, units: list[int | None]) -> list[Piece]:
    """The bureau's own plan is the one document every year has (D2)."""
    root = find_root(bureau)
    if root is None or root.pk in units:
        return []
    title = f"{year}年度学习培训工作意见"
    return [
        Piece(
            key=f"plan-of-{year}", series=Series.STUDY, title=title, responsible=bureau.name, on=None,
            retention=Retention.PERMANENT, missing=f"还没有{title}，不能封卷。", href=reverse("plans:plans"),
        )
    ]  # fmt: skip


def _describe_plan(plan: Plan) -> Piece:
    assert plan.unit is not None
    whole = tell_tier(plan) is PlanTier.BUREAU
    passed = plan.state == PlanState.APPROVED
    missing = "" if passed else f"{plan.unit.name} {plan.year} 年学习计划仍是“{plan.state}”，不能封卷。"
    return Piece(
        key=f"plan-{plan.pk}",
        series=Series.STUDY,
        title=plan.title,
        responsible=plan.bureau.name if whole else plan.unit.name,
        on=plan.issued_on or (plan.decided_at.date() if plan.decided_at else None),
        retention=Retention.PERMANENT if whole else Retention.TEN_YEARS,
        missing=missing,
        href=reverse("plans:plan", args=[plan.pk]),
        documents=(Document("学习计划.docx", partial(_write_plan, plan.pk)),) if passed else (),
    )


def _write_plan(plan_id: int) -> bytes:
    return write_plan(Plan.objects.select_related("bureau", "unit", "person").get(pk=plan_id))


def _describe_campaign(campaign: Campaign, year: int) -> Piece:
    closed = campaign.state == CampaignState.CLOSED
    return Piece(
        key=f"campaign-{campaign.pk}",
        series=Series.TRAINING,
        title=f"{campaign.name}学习专题情况",
        responsible=campaign.unit.name,
        on=campaign.last_on if campaign.last_on.year == year else date(year, 12, 31),
        retention=Retention.THIRTY_YEARS,
        missing="" if closed else f"学习专题“{campaign.name}”还没有写结果，不能封卷。",
        href=reverse("plans:campaign", args=[campaign.pk]),
        documents=(Document("专题情况.docx", partial(_write_campaign, campaign)),) if closed else (),
    )


def _write_campaign(campaign: Campaign) -> bytes:
    title = f"{campaign.name}学习专题情况"
    document = start_document(title)
    days = f"时间：{_write_day(campaign.from_on)}至{_write_day(campaign.last_on)}"
    write_lines(document, ("公文标题", clean_text(title)), ("", ""), ("公文正文", days))
    for heading, text in (("一、内容", campaign.content), ("二、结果", campaign.result)):
        write_lines(document, ("公文一级", heading), *(("公文正文", line) for line in split_lines(text) or ["无。"]))
    return pack_document(document)


def _write_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


PLANS = make_columns(
    "id:编号:number unit:单位 staff_no:工号 name:姓名 year:年度:number title:题名 state:状态 "
    "decided_by:审批人 decided_at:审批时间:time issued_on:印发日期:date"
)
ITEMS = make_columns(
    "id:编号:number plan:计划编号:number unit:单位 staff_no:工号 name:姓名 kind:类别 title:事项 content:内容 "
    "due_on:时限:date done_on:完成日:date state:状态 reason:延期或取消的原因 parent:承接的条目:number"
)
CHANGES = make_columns(
    "plan:计划编号:number what:改了什么 before:原来 after:改为 reason:原因 actor:谁改的 at:何时:time"
)
INSTITUTIONS = make_columns("code:代码 title:制度 from_on:起始日:date reason:版本说明 sha256:校验值 text:全文（TOML）")


def list_tables(bureau: Bureau, period: Period) -> list[Table]:
    return [
        Table("plans", "学习计划", PLANS, _list_plans(bureau, period.from_on.year)),
        Table("plan_items", "计划条目", ITEMS, _list_items(bureau, period)),
        Table("plan_changes", "计划的修改", CHANGES, _list_changes(bureau, period.from_on.year)),
        Table("institutions", "当年执行的制度", INSTITUTIONS, _list_institutions(bureau, period)),
    ]


def _list_plans(bureau: Bureau, year: int) -> Iterator[Row]:
    columns = (
        "pk", "unit__name", "person__staff_no", "person__name", "year", "title", "state", "decided_by", "decided_at",
        "issued_on",
    )  # fmt: skip
    yield from Plan.objects.filter(bureau=bureau, year=year).order_by("pk").values_list(*columns).iterator()


def _list_items(bureau: Bureau, period: Period) -> Iterator[Row]:
    inside = Q(plan__year=period.from_on.year) | Q(plan__isnull=True) & (
        Q(due_on__gte=period.from_on, due_on__lt=period.until_on)
        | Q(due_on__isnull=True, done_on__gte=period.from_on, done_on__lt=period.until_on)
    )
    columns = (
        "pk", "plan_id", "unit__name", "person__staff_no", "person__name", "kind", "title", "content", "due_on",
        "done_on", "state", "reason", "parent_id",
    )  # fmt: skip
    yield from PlanItem.objects.filter(inside, bureau=bureau).order_by("pk").values_list(*columns).iterator()


def _list_changes(bureau: Bureau, year: int) -> Iterator[Row]:
    for row in PlanChange.objects.filter(plan__bureau=bureau, plan__year=year).order_by("pk"):
        yield row.plan_id, row.what, _write_values(row.before), _write_values(row.after), row.reason, row.actor, row.at


def _write_values(values: dict[str, object]) -> str:
    return "；".join(f"{name}：{value}" for name, value in sorted(values.items()))


def _list_institutions(bureau: Bureau, period: Period) -> Iterator[Row]:
    """Every version that was in force on some day of the year."""
    versions = InstitutionVersion.objects.filter(institution__bureau=bureau, from_on__lt=period.until_on)
    found: dict[int, list[InstitutionVersion]] = {}
    for version in versions.select_related("institution").order_by("institution__code", "from_on"):
        found.setdefault(version.institution_id, []).append(version)
    for chain in found.values():
        ended = chain[0].institution.ended_on
        if ended is not None and ended <= period.from_on:
            continue
        for version, later in zip(chain, [*chain[1:], None], strict=True):
            if later is None or later.from_on > period.from_on:
                institution = version.institution
                yield institution.code, institution.title, version.from_on, version.reason, version.sha256, version.text
