"""What is not a record of study: findings of inspections, payments of the fund, official documents."""

from __future__ import annotations

from django.db.models import Count, Q, Sum
from django.utils import timezone

from shanxue.bulletins.models import NamedUnit, OfficialDocument
from shanxue.bulletins.queries.documents import find_document
from shanxue.orgs.queries import Actor
from shanxue.resources.models import Copy, Loan, LoanTally, Payment, PaymentLine
from shanxue.resources.queries.funds import find_payment
from shanxue.resources.rules.money import write_yuan
from shanxue.supervision.models import Finding, Rectification, RectificationReport
from shanxue.supervision.queries.inspecting import find_finding, list_actions
from shanxue.supervision.rules.sampling import RecordKind

from ..rules.chains import Step
from .shape import Chain, list_changes

# A finding


def read_finding(actor: Actor, pk: int) -> Chain:
    """From the inspection and the record drawn to the rectification, the look again, and the closing."""
    finding = find_finding(actor, pk)
    inspection, sample = finding.inspection, finding.sample
    title = f"{inspection.title}：问题 {finding.number}（{finding.unit.name}）"
    chain = Chain(f"finding-{pk}", title, finding.unit)
    chain.steps.append(
        Step("检查", inspection.planned_at, f"安排{inspection.kind}《{inspection.title}》", inspection.planned_by)
    )
    if sample is not None:
        drawn = f"抽到第 {sample.position} 条“{sample.title}”，种子 {inspection.seed}"
        chain.steps.append(Step("抽查", inspection.drawn_at, drawn, inspection.drawn_by))
    if finding.parent is not None:
        chain.steps.append(Step("检查", finding.parent.found_at, f"由{finding.parent.unit.name}的问题逐级交下来"))
        chain.others.append((f"finding-{finding.parent_id}", finding.parent.unit.name))
    chain.steps.append(Step("问题", finding.found_at, finding.sentence, finding.found_by))
    for action in list_actions(finding):
        chain.steps += _list_rectifying(action)
    for part in finding.parts.select_related("unit").order_by("pk"):
        chain.steps.append(Step("逐级", part.found_at, f"交{part.unit.name}：{part.state}", part.found_by))
        chain.others.append((f"finding-{part.pk}", part.unit.name))
    chain.steps.append(_step_closing(finding))
    chain.changes = list_changes(inspection.bureau, [f"finding:{pk}"], ("withdraw_finding",))
    if sample is not None:
        chain.others.append((f"{DRAWN[RecordKind(sample.kind)]}-{sample.ref}", sample.title))
    return chain


DRAWN = {RecordKind.SESSION: "session", RecordKind.MINUTES: "session", RecordKind.ATTENDANCE: "session",
         RecordKind.NOTE: "note"}  # fmt: skip


def _list_rectifying(action: Rectification) -> list[Step]:
    steps = [Step("整改", action.set_at, f"{action.text}（{action.unit.name}，{action.due_on} 前）", action.set_by)]
    for report in action.reports.all():
        late = timezone.localdate(report.at) > action.due_on
        steps.append(Step("报告", report.at, f"第 {report.number} 次：{report.text}", str(report.user), late))
        if report.rechecked_at:
            steps.append(_step_recheck(report))
    return steps


def _step_recheck(report: RectificationReport) -> Step:
    answer = f"：{report.answer}" if report.answer else ""
    return Step("复核", report.rechecked_at, f"{report.verdict}{answer}", str(report.rechecker or ""))


def _step_closing(finding: Finding) -> Step:
    if finding.closed_at is None:
        return Step("销号", None, "还在整改，没有销号")
    return Step(
        "销号",
        finding.closed_at,
        f"{finding.state}{'：' if finding.closing else ''}{finding.closing}",
        finding.closed_by,
    )


# A payment


def read_payment(actor: Actor, pk: int) -> Chain:
    """From the source and the purpose to the order, the payment, its receipts, what was bought, and that it is used.

    How often books were lent is a number: who borrowed them is nobody's evidence.
    """
    payment = find_payment(actor, pk)
    purpose = payment.purpose
    fund = purpose.fund
    chain = Chain(f"payment-{pk}", f"{fund}：{payment.kind} {write_yuan(payment.amount_fen)} 元，{payment.what}", None)
    approved = f"用途“{purpose.name}”，批准 {write_yuan(purpose.approved_fen + purpose.opening_fen)} 元"
    chain.steps.append(Step("批准", None, approved))
    for one in purpose.adjustments.order_by("at", "pk"):
        text = f"{one.meeting}决定调整 {write_yuan(one.amount_fen)} 元，{one.reason}"
        chain.steps.append(Step("批准", one.decided_on, text, one.actor))
    order = payment.commitment
    if order is not None:
        text = f"向{order.supplier}订“{order.what}”，{write_yuan(order.amount_fen)} 元"
        chain.steps.append(Step("预订", order.on, text, order.actor))
    chain.steps.append(_step_payment(payment))
    for kept in payment.receipts.order_by("at", "pk"):
        chain.steps.append(Step("凭据", kept.at, f"{kept.name}，校验值 {kept.sha256[:16]}…", kept.actor))
    chain.steps += [step for line in payment.lines.order_by("pk") for step in _list_bought(line)]
    chain.changes = [_step_payment(one) for one in payment.refunds.order_by("at", "pk")]
    chain.changes += list_changes(fund.bureau, [f"payment:{pk}"], ("remove_line",))
    return chain


def _step_payment(payment: Payment) -> Step:
    number = f"，凭证号 {payment.number}" if payment.number else ""
    text = f"{payment.kind} {write_yuan(payment.amount_fen)} 元给{payment.supplier}：{payment.what}{number}"
    return Step(payment.kind, payment.on, text, payment.actor)


def _list_bought(line: PaymentLine) -> list[Step]:
    bought = f"{line.kind}“{line.name}”，数量 {line.quantity}，{write_yuan(line.amount_fen)} 元"
    copies = Copy.objects.filter(line=line)
    titles, total = set(copies.values_list("title_id", flat=True)), copies.count()
    if not titles:
        return [Step("买到", None, bought)]
    kept = LoanTally.objects.filter(title__in=titles).aggregate(total=Sum("count"))["total"] or 0
    now = Loan.objects.filter(copy__in=copies).aggregate(
        all=Count("pk"), out=Count("pk", filter=Q(returned_on__isnull=True, lost=False))
    )
    return [
        Step("买到", None, bought),
        Step("上架", None, f"登记 {total} 册"),
        Step("借阅", None, f"借出过 {kept + now['all']} 次，现在借出 {now['out']} 册"),
    ]


# A document


def read_document(actor: Actor, pk: int) -> Chain:
    """From the draft to the signature, the number, the files as issued, and what the named units answered."""
    document = find_document(actor, pk)
    chain = Chain(f"document-{pk}", f"{document.kind}《{document.title}》", document.unit)
    if document.plan is not None:
        chain.steps.append(
            Step("计划", document.plan.decided_at, f"《{document.plan.title}》", document.plan.decided_by)
        )
    chain.steps.append(Step("起草", document.drafted_at, f"起草，{_count_figures(document)}", str(document.drafted_by)))
    if document.submitted_at:
        chain.steps.append(Step("送签", document.submitted_at, "送签", str(document.submitted_by)))
    if document.signed_at:
        number = getattr(document, "number", None)
        chain.steps.append(Step("签发", document.signed_at, f"签发，{number or '不编号'}", str(document.signed_by)))
    for kept in document.files.order_by("pk"):
        chain.steps.append(Step("文件", kept.at, f"{kept.name}，校验值 {kept.sha256[:16]}…", kept.actor))
    chain.steps += _list_named(document)
    if document.voided_at:
        chain.steps.append(Step("作废", document.voided_at, document.void_reason, str(document.voided_by)))
    acts = ("return_document", "withdraw_document", "decide_figures", "detach_file")
    chain.changes = list_changes(document.bureau, [f"document:{pk}"], acts)
    return chain


def _count_figures(document: OfficialDocument) -> str:
    last = document.figures.order_by("-frozen_at").first()
    return f"{document.figures.count()} 个数字按当时的样子保存" if last else "没有引用的数字"


def _list_named(document: OfficialDocument) -> list[Step]:
    """Each answer of a named unit; those that have not answered stand in one step."""
    named = list(document.named_units.select_related("unit").order_by("unit__code"))
    silent = "、".join(one.unit.name for one in named if one.answered_at is None)
    steps = [_step_answer(one) for one in named if one.answered_at is not None]
    return steps + ([Step("说明", None, f"点名后还没有说明：{silent}")] if silent else [])


def _step_answer(named: NamedUnit) -> Step:
    answered_on = timezone.localdate(named.answered_at)
    late = named.answer_until_on is not None and answered_on > named.answer_until_on
    return Step("说明", named.answered_at, f"{named.unit.name}：{named.answer}", named.answered_by, late)
