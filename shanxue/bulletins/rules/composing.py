"""A whole 情况通报 from a report. Every sentence states a figure of the report; none is written without one."""

from __future__ import annotations

from shanxue.assessment.rules.figures import list_grades, tally_whole, write_percent
from shanxue.assessment.rules.report import YearReport
from shanxue.assessment.rules.sentences import write_day
from shanxue.base.lettering import break_title, tidy_number

from .attachments import list_attachments
from .lettering import number_blocks
from .overall import list_overall, total_presence
from .problems import list_problems, list_uses
from .shapes import Block, Bulletin, Choices


def compose_bulletin(report: YearReport, choices: Choices) -> Bulletin:
    """Compose the 通报 of a year."""
    issuer = choices.issuer or report.bureau_name
    subject = (f"关于{report.year}年度", "学习考核", "情况的", "通报")
    year = (choices.issued_on or report.computed_at.date()).year
    attachments = tuple(list_attachments(report, choices))
    problems = tuple(list_problems(report, choices))
    return Bulletin(
        mark=choices.mark or f"{report.bureau_name}文件",
        number=tidy_number(choices.number) or f"××〔{year}〕　号",
        title=issuer + "".join(subject),
        title_lines=break_title((issuer, *subject)),
        draft="" if choices.number and choices.issued_on else "（送审稿）",
        to=choices.to or name_addressees(report),
        opening=write_opening(report),
        overall=tuple(list_overall(report)),
        problems=tuple(problem for problem, _ in problems) or (Block("", (write_quiet(report),)),),
        requirements=number_blocks([need for _, need in problems] + list_uses(report))
        or (Block("", (write_continuing(report),)),),
        attachments=attachments,
        issuer=issuer,
        dated=write_day(choices.issued_on) if choices.issued_on else f"{year}年　月　日",
        copies=choices.copies.rstrip("。"),
        printed_by=choices.printed_by or issuer,
        printed=f"{write_day(choices.printed_on) if choices.printed_on else f'{year}年　月　日'}印发",
        figures=list_figures(report),
    )


def name_addressees(report: YearReport) -> str:
    """Address the units that the report has."""
    names = [word for word, there in (("各党支部", report.branch_names), ("各部门", report.department_names)) if there]
    return "、".join(names) or "各单位"


def name_schemes(report: YearReport) -> str:
    return "".join(f"《{part.scheme.title.strip('《》')}》" for _, part in report.parts)


def write_opening(report: YearReport) -> str:
    """Say under which rules and over which days the year was assessed."""
    window = f"{write_day(report.from_on)}至{write_day(report.as_of)}"
    return f"根据{name_schemes(report)}，对{report.year}年度（{window}）学习情况进行了考核。现将有关情况通报如下："


def write_quiet(report: YearReport) -> str:
    return f"截至{write_day(report.as_of)}，按现有资料，没有需要通报的问题。"


def write_continuing(report: YearReport) -> str:
    return f"请继续按照{name_schemes(report)}落实学习计划，如实记录学习情况。"


def list_figures(report: YearReport) -> dict[str, str]:
    """The figures a template may use in sentences of its own."""
    figures = {
        "支部数": str(len(report.branch_names)),
        "部门数": str(len(report.department_names)),
        "到会率": write_percent(total_presence(report).tenths),
    }
    if report.people is not None:
        whole = tally_whole(report.people)
        figures |= {
            "应考核人数": str(whole.people),
            "已评定人数": str(sum(whole.grades[: len(report.people.scheme.grades)])),
            "待补充人数": str(whole.waiting),
        }
        figures |= {"免考核人数": str(whole.excluded), "平均分": report.people.scheme.write_points(whole.mean)}
        figures |= {
            f"{grade}人数": str(count) for grade, count in zip(list_grades(report.people), whole.grades, strict=True)
        }
    return figures
