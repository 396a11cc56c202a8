"""Every page that can be opened without a choice, as one table: for the navigation and for 更多."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shanxue.archive.queries import may_audit, may_choose_algorithm, may_read, may_seal
from shanxue.assessment.queries.schemes import may_write
from shanxue.assessment.queries.scoring import is_scorer
from shanxue.bulletins.queries.documents import writes_scope
from shanxue.orgs.models import Grant
from shanxue.orgs.queries import ADMIN_POWERS, Actor

from .queries import list_desks

Words = str | Promise
Needs = Callable[[Actor], bool]


def has_own(actor: Actor) -> bool:
    return actor.reads_own


def is_secretary(actor: Actor) -> bool:
    return bool(list_desks(actor))


def leads(actor: Actor) -> bool:
    return actor.leads


def keeps_office(actor: Actor) -> bool:
    return actor.keeps_office


def keeps_whole_office(actor: Actor) -> bool:
    return writes_scope(actor, None)


def keeps_resources(actor: Actor) -> bool:
    return actor.keeps_whole_office


def imports_all(actor: Actor) -> bool:
    return actor.keeps_whole_office


def administers(actor: Actor) -> bool:
    return any(actor.administers(power) for power in ADMIN_POWERS)


def makes_accounts(actor: Actor) -> bool:
    return actor.administers(Grant.Power.SYSTEM_ADMIN)


def audits(actor: Actor) -> bool:
    return actor.administers(Grant.Power.AUDIT_ADMIN)


def reads_others(actor: Actor) -> bool:
    return actor.reads_others


def inspects(actor: Actor) -> bool:
    return actor.keeps_office or any(grant.power == Grant.Power.INSPECTOR for grant in actor.reading_grants)


def plans_inspections(actor: Actor) -> bool:
    return actor.leads or inspects(actor)


def reads_bureau(actor: Actor) -> bool:
    return actor.reads_bureau


def is_leader(actor: Actor) -> bool:
    """Whether the first page is the leader's: who keeps the office too begins at the board."""
    return actor.reads_bureau and Grant.Power.LEADER in actor.powers and not actor.keeps_office


def keeps_archive(actor: Actor) -> bool:
    return may_read(actor)


def studies(actor: Actor) -> bool:
    return actor.reads_own or actor.leads


def reads_any(actor: Actor) -> bool:
    return actor.reads_own or actor.reads_others


def scores(actor: Actor) -> bool:
    return actor.reads_own or is_scorer(actor)


def is_anybody(_: Actor) -> bool:
    return True


@dataclass(frozen=True)
class Page:
    """One page: its URL name, its name for people, one sentence, and who may open it."""

    name: str
    text: Words
    about: Words
    needs: Needs

    @property
    def href(self) -> str:
        return reverse(self.name)


@dataclass(frozen=True)
class Section:
    title: Words
    pages: tuple[Page, ...]


MY_STUDY = Section(_("学习"), (
    Page("home:due", _("我的待办"), _("要做的事，按时间排好。"), has_own),
    Page("study:log", _("记学习"), _("记一条自学，或者写一篇笔记。"), has_own),
    Page("study:notes", _("我的笔记"), _("写过的笔记和审阅意见。"), has_own),
    Page("plans:mine", _("我的计划"), _("今年自己的学习计划和完成情况。"), has_own),
    Page("supervision:mine", _("我的任务"), _("制度要求本人办的事，为什么是这天。"), has_own),
    Page("activities:my_leaves", _("我的请假"), _("请过的假、说明和答复。"), has_own),
    Page("exams:tests", _("测试"), _("现在要答的和答过的测试。"), has_own),
    Page("study:materials", _("学习材料"), _("办公室和支部发的材料。"), studies),
    Page("study:reading_lists", _("书目"), _("今年推荐的书和文章。"), studies),
    Page("study:recommended", _("支部荐读"), _("同志们愿意给全支部看的笔记。"), studies),
    Page("study:outcomes", _("学用结合"), _("调研报告、采纳的措施和依据。"), reads_any),
    Page("assessment:mine", _("我的成绩"), _("得了多少分，每一分怎么算的。"), has_own),
    Page("assessment:evaluations", _("民主评议"), _("自评、互评、投票和评定意见。"), reads_any),
    Page("assessment:vote", _("凭票码投票"), _("开会抽到票码的，在这里投，不用登录。"), is_anybody),
))  # fmt: skip

BRANCHES = Section(_("支部和人员"), (
    Page("home:desk", _("支部工作台"), _("这一周支部要做的事。"), is_secretary),
    Page("activities:sessions", _("会议"), _("开过的和要开的会议、学习日、党课。"), reads_any),
    Page("activities:arrange", _("安排会议"), _("定时间地点和应到名单，发出通知。"), leads),
    Page("activities:leaves", _("请假和缺席说明"), _("等着答复的请假和缺席说明。"), leads),
    Page("activities:records", _("会议记录"), _("待写、待审核和已通过的记录。"), reads_others),
    Page("activities:resolutions", _("未完成的决议"), _("会议上定下、还没有完成的事。"), reads_any),
    Page("activities:make_up", _("进度与补学"), _("谁需要补学，统一安排。"), leads),
    Page("study:review", _("审阅笔记"), _("待审的笔记，看完一篇接着下一篇。"), leads),
    Page("study:draws", _("按抽查审阅"), _("随机抽几篇，抽法可以重现。"), leads),
    Page("plans:plans", _("学习计划"), _("全局、支部两级的计划和完成情况。"), reads_any),
    Page("plans:campaigns", _("学习专题"), _("专题的内容、时间和结果。"), reads_any),
    Page("assessment:people", _("找人"), _("按姓名或工号找一位同志。"), reads_others),
    Page("orgs:roster", _("名册"), _("同志们的职务、所在单位和免考核。"), reads_others),
    Page("orgs:transfers", _("转接"), _("转出和等待接收的组织关系。"), leads),
))  # fmt: skip

SUPERVISION = Section(_("督促检查"), (
    Page("home:overview", _("一页图"), _("全局在一页上：各支部的情况、全年的进度、需要批示的事。"), reads_bureau),
    Page("supervision:duties", _("任务看板"), _("制度要求的事，办到哪一步，下次到哪天。"), reads_others),
    Page("supervision:instructions", _("批示"), _("领导的批示和办理结果。"), reads_others),
    Page("supervision:coverage", _("谁在内、谁不在"), _("每个支部、每个人有没有任务在管，漏了谁。"), reads_others),
    Page("supervision:agenda", _("待列入通报"), _("逾期的任务和督查的问题里，要写进下一期通报的。"), reads_bureau),
    Page("supervision:inspections", _("督查"), _("检查的安排、待复核的整改和在改的问题。"), reads_others),
    Page("supervision:findings", _("问题整改台账"), _("每个问题由谁改、改到哪一步、什么期限。"), reads_others),
    Page("supervision:spot", _("随机抽查"), _("选范围，随机抽几条记录逐条查。"), inspects),
    Page("supervision:plan_inspection", _("安排检查"), _("督查下级，或者自查本单位。"), plans_inspections),
    Page("supervision:checklists", _("检查表"), _("督查和自查逐条对照的条目。"), reads_others),
    Page("supervision:new_checklist", _("写一份检查表"), _("照系统自带的样本改成自己的。"), keeps_office),
))  # fmt: skip

ASSESSMENT = Section(_("年度考核"), (
    Page("assessment:proceedings", _("年度考核"), _("从核对名册到定档，一步一步办。"), reads_bureau),
    Page("assessment:board", _("支部看板"), _("各支部、各部门的考核情况。"), reads_bureau),
    Page("assessment:scores", _("评分"), _("要由人评的项目：自评分、检查评分和理由。"), scores),
    Page("assessment:lists", _("名单"), _("优秀名单、受限名单和参考名单。"), reads_bureau),
    Page("assessment:binding", _("结果运用"), _("拟定等次受条款限制的人，给人事处和部门绩效的表。"), reads_bureau),
    Page("assessment:appeals", _("申诉"), _("等着答复和已答复的申诉。"), reads_bureau),
    Page("assessment:evaluation_open", _("开始民主评议"), _("定评议会日期，名单按名册定下来。"), leads),
))  # fmt: skip

DOCUMENTS = Section(_("公文和简报"), (
    Page("bulletins:documents", _("公文"), _("情况通报、通知、年度意见、简报：起草、签发和存档。"), reads_others),
    Page("bulletins:new", _("新建情况通报"), _("选一个季度，由记录生成草稿。"), keeps_office),
    Page("bulletins:briefing_new", _("编简报"), _("选一个月或季度，由记录生成，按期编号。"), keeps_office),
    Page("bulletins:notice_new", _("写通知"), _("标题、主送、正文和附件。"), keeps_office),
    Page("home:briefs", _("月度简报"), _("一页 A4，带到会上：这个月的数字和变化。"), reads_bureau),
    Page("bulletins:register", _("发文登记"), _("每个发文字号给了哪份文件，作废的也在。"), reads_bureau),
    Page("bulletins:enter_number", _("登记纸质发文"), _("在纸上印发的文件，也占下一个号。"), keeps_whole_office),
    Page("bulletins:begin_series", _("接着纸质登记簿编号"), _("今年已经用到几号，从下一号开始。"), keeps_whole_office),
    Page("bulletins:letterhead", _("发文设置"), _("红头、署名、机关代字，写一次。"), keeps_whole_office),
    Page("bulletins:templates", _("模板"), _("每种文件用哪个模板，换成自己的，换回自带的。"), keeps_whole_office),
    Page("assessment:scheme_drafts", _("起草考核细则"), _("从样式开始，改数、试算，发布成一版。"), may_write),
))  # fmt: skip

ARCHIVE = Section(_("档案和取证"), (
    Page("archive:years", _("档案"), _("各年的归档、目录和封好的卷。"), keeps_archive),
    Page("archive:retention", _("个人信息留多久"), _("各类个人信息的期限、到期的清理。"), may_seal),
    Page("archive:doubts", _("疑点"), _("对记录标记过的疑点和单位的说明。"), reads_others),
    Page("archive:take", _("取证"), _("选几条记录，写明用途，带水印取走。"), reads_bureau),
    Page("archive:exports", _("取证记录"), _("谁为什么事取走过哪些记录。"), reads_others),
    Page("archive:trail", _("留痕"), _("谁在什么时候做了什么，链有没有断。"), may_audit),
    Page("archive:algorithm", _("留痕的算法"), _("现在用 SHA-256 还是 SM3，怎样换。"), may_choose_algorithm),
))  # fmt: skip

OFFICE = Section(_("办公室"), (
    Page("home:office", _("办公室待办"), _("等办公室办理和答复的事。"), keeps_office),
    Page("imports:start", _("导入表格"), _("名册、考勤、成绩等表格原样读入，核对后再写。"), imports_all),
    Page("imports:batches", _("导入记录"), _("每次导入了什么、谁导入的，怎样撤销。"), imports_all),
    Page("orgs:add", _("加一个人"), _("登记新来的同志。"), keeps_office),
    Page("orgs:corrections", _("更正和免考核申请"), _("等着办公室答复的申请。"), keeps_office),
    Page("plans:shipped", _("采用一项制度"), _("随系统提供的条例和制度样本。"), keeps_office),
    Page("plans:workdays", _("放假安排"), _("节假日和调休，期限按它顺延。"), keeps_office),
    Page("activities:scan_permits", _("会议签到的开通"), _("哪些支部可以用签到码，理由是什么。"), keeps_office),
    Page("exams:papers", _("试卷"), _("组卷、发布和作答情况。"), reads_others),
    Page("exams:bank", _("题库"), _("题目和出处。"), leads),
    Page("exams:bank_import", _("导入题库"), _("从 Excel 或 Word 读入题目。"), keeps_office),
))  # fmt: skip

RESOURCES = Section(_("经费、图书和阵地"), (
    Page("resources:fund", _("专项经费"), _("今年的来源、用途、付款和剩余。"), reads_bureau),
    Page("resources:used", _("经费买了什么、谁在用"), _("一页看清钱、书、报刊、设备和阵地。"), reads_bureau),
    Page("resources:venues", _("学习阵地"), _("会议室、学习室一周的安排，可以预约。"), reads_any),
    Page("resources:new_venue", _("登记阵地"), _("座位、设备和开放时间。"), keeps_resources),
    Page("resources:shelf", _("书架"), _("有什么书可以借，在架几册。"), reads_any),
    Page("resources:mine", _("我的借阅"), _("借着的书、到期的日子和推荐过的书。"), has_own),
    Page("resources:suggest", _("推荐一本书"), _("请办公室买一本书，会有答复。"), has_own),
    Page("resources:subscriptions", _("报刊"), _("今年订的报刊，到了哪些期，缺哪些期。"), reads_any),
    Page("resources:loans", _("借还登记"), _("借出、归还，谁的书过期了。"), keeps_resources),
    Page("resources:suggestions", _("荐购"), _("同志们推荐的书，等着答复。"), keeps_resources),
    Page("resources:new_title", _("登记图书"), _("把新书登记上架。"), keeps_resources),
    Page("resources:new_subscription", _("登记报刊"), _("登记订的报刊，列出各期。"), keeps_resources),
    Page("resources:new_fund", _("新建一年的经费"), _("年初建账，登记来源和批准的用途。"), keeps_resources),
))  # fmt: skip

ADMINISTRATION = Section(_("账号和授权"), (
    Page("grants:accounts", _("账号和授权"), _("谁有什么授权，从哪天到哪天。"), administers),
    Page("grants:new_account", _("开通一个账号"), _("登录名、姓名和一次性口令。"), makes_accounts),
    Page("grants:trail", _("账号和授权的变动"), _("谁在何时给了谁什么授权。"), audits),
))  # fmt: skip

ABOUT_ME = Section(_("关于我"), (
    Page("orgs:mine", _("我的信息"), _("系统里有我的哪些信息，谁看过，怎样更正。"), has_own),
    Page("home:calendar", _("日历订阅"), _("把会议和截止日期放进手机日历。"), has_own),
    Page("accounts:account", _("我的账号"), _("工号、权限和口令。"), is_anybody),
    Page("accounts:password", _("修改口令"), _("换一个新口令。"), is_anybody),
))  # fmt: skip

HELP = Section(_("制度和帮助"), (
    Page("plans:institutions", _("制度汇编"), _("学习制度的原文、版本和它要求的事。"), reads_any),
    Page("assessment:schemes", _("考核细则"), _("每一条怎么计分，影响多少人。"), is_anybody),
    Page("web:feedback", _("投诉建议"), _("有意见向谁提。"), is_anybody),
))  # fmt: skip

SECTIONS = (
    MY_STUDY, BRANCHES, SUPERVISION, ASSESSMENT, DOCUMENTS, RESOURCES, ARCHIVE, OFFICE, ADMINISTRATION, ABOUT_ME, HELP,
)  # fmt: skip

Where = Literal["foot", "top"]


@dataclass(frozen=True)
class Entry:
    """One entry of the navigation: on top of a wide page, and where ``where`` says so at a phone's foot too."""

    name: str
    text: Words
    icon: str
    where: Where = "top"
    opens_group: bool = False

    @property
    def href(self) -> str:
        return reverse(self.name)


MORE = Entry("home:more", _("更多"), "more", "foot", opens_group=True)
MEMBER_ENTRIES = (
    Entry("home:home", _("待办"), "home", "foot"),
    Entry("study:log", _("记学习"), "write", "foot"),
    Entry("activities:sessions", _("会议"), "meeting"),
    Entry("plans:mine", _("计划"), "rules"),
    Entry("exams:tests", _("测试"), "lists"),
    Entry("assessment:mine", _("我的成绩"), "score", "foot"),
    MORE,
)
SECRETARY_ENTRIES = (
    Entry("home:home", _("工作台"), "home", "foot"),
    Entry("activities:sessions", _("会议"), "meeting", "foot"),
    Entry("study:review", _("审阅"), "write", "foot"),
    Entry("activities:make_up", _("补学"), "people"),
    Entry("plans:plans", _("计划"), "rules"),
    Entry("home:due", _("我的待办"), "lists", opens_group=True),
    Entry("assessment:mine", _("我的成绩"), "score"),
    MORE,
)
READER_ENTRIES = (
    Entry("supervision:duties", _("看板"), "board", "foot"),
    Entry("activities:sessions", _("会议"), "meeting"),
    Entry("plans:plans", _("计划"), "rules"),
    Entry("assessment:people", _("找人"), "people", "foot"),
    Entry("orgs:roster", _("名册"), "people"),
    Entry("assessment:board", _("考核"), "score", "foot", opens_group=True),
    Entry("assessment:lists", _("名单"), "lists"),
    MORE,
)
OFFICE_ENTRIES = (
    Entry("supervision:duties", _("看板"), "board", "foot"),
    Entry("home:office", _("待办"), "home", "foot"),
    Entry("activities:sessions", _("会议"), "meeting"),
    Entry("plans:plans", _("计划"), "rules"),
    Entry("orgs:roster", _("名册"), "people"),
    Entry("assessment:proceedings", _("年度考核"), "score", "foot", opens_group=True),
    Entry("bulletins:documents", _("公文"), "lists"),
    MORE,
)
LEADER_ENTRIES = (
    Entry("home:overview", _("一页图"), "home", "foot"),
    Entry("supervision:duties", _("看板"), "board", "foot"),
    Entry("supervision:instructions", _("批示"), "write", "foot"),
    Entry("activities:sessions", _("会议"), "meeting"),
    Entry("assessment:people", _("找人"), "people"),
    Entry("assessment:board", _("考核"), "score", opens_group=True),
    Entry("assessment:lists", _("名单"), "lists"),
    MORE,
)
OTHER_ENTRIES = (Entry("home:home", _("首页"), "home", "foot"), MORE)
ADMIN_ENTRIES = (
    Entry("home:home", _("首页"), "home", "foot"), Entry("grants:accounts", _("账号和授权"), "people", "foot"), MORE,
)  # fmt: skip


def list_entries(actor: Actor) -> tuple[Entry, ...]:
    """The navigation of this actor; at a phone's foot exactly four entries for whoever studies or reads."""
    if is_leader(actor):
        return LEADER_ENTRIES
    if actor.keeps_office:
        return OFFICE_ENTRIES
    if actor.reads_bureau:
        return READER_ENTRIES
    if is_secretary(actor):
        return SECRETARY_ENTRIES
    if administers(actor):
        return ADMIN_ENTRIES
    return MEMBER_ENTRIES if actor.reads_own else OTHER_ENTRIES


def list_sections(actor: Actor) -> list[Section]:
    """Every page this actor may open, by section; a section without any is left out."""
    found = (Section(section.title, tuple(page for page in section.pages if page.needs(actor))) for section in SECTIONS)
    return [section for section in found if section.pages]
