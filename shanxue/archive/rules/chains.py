"""How one record came to be, step by step (A2): what is late says so, what was changed is never hidden. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

NO_CHANGES = "这条记录没有后续改动。"
OTHER_FILE = "原始文件的校验值与登记时不同。"
SAME_FILE = "原始文件的校验值与登记时一样。"
OTHER_MARKS = "考勤与点名结束时登记的校验值不同，登记以后被改动过。"

ROOMS = dict(
    line.split()
    for line in """\
accounts 账号
activities 会议
archive 档案
assessment 考核
audit 留痕
bulletins 公文
exams 测试
home 首页
intake 导入
orgs 名册
plans 计划
resources 保障
study 学习
supervision 督查""".splitlines()
)
VERBS = dict(
    line.split()
    for line in """\
accounts.change_password 改口令
accounts.create 建账号
accounts.give_password 发一次性口令
accounts.large_type 换字号
accounts.sign_in 登录
activities.add_guest 加列席
activities.arrange 安排会议
activities.arrange_make_up 安排补学
activities.ask_as_guest 登记列席
activities.ask_leave 请假
activities.cancel_session 取消会议
activities.change_list 改应到名单
activities.change_session 改会议安排
activities.confirm_guest 确认列席
activities.confirm_make_up 确认补学
activities.correct_mark 点名结束后更正
activities.decide_leave 答复请假
activities.drop_make_up 取消补学
activities.end_permit 停用会议签到
activities.end_roll_call 结束点名
activities.finish_resolution 办结决议
activities.give_permits 开通会议签到
activities.postpone_session 延期
activities.remove_guest 去掉列席
activities.report_make_up 报补学
activities.return_make_up 退回补学
activities.review_record 审核会议记录
activities.save_record 写会议记录
activities.send_notice 发通知
activities.submit_record 提交会议记录
activities.take_back_record 撤回会议记录
activities.withdraw_leave 撤回请假
archive.choose_piece 改归档安排
archive.download 下载归档包
archive.export_evidence 生成取证包
archive.mark_doubt 标记疑点
archive.answer_doubt 说明疑点
archive.seal 封卷
archive.set_fonds 写全宗号
archive.carry_out_retention 按期限清理个人信息
archive.export_head 导出链头
assessment.read_result 看考核结果
assessment.run_scheme 计算考核结果
audit.switch_algorithm 换留痕的算法
exams.hand_in 交卷
exams.start_sitting 开始答题
home.make_calendar 建日历地址
home.revoke_calendar 停用日历地址
intake.import 导入
intake.undo 撤销导入
orgs.end_grant 收回授权
orgs.grant_power 授权
orgs.link_account 账号对应到人
plans.enter_day 登记放假安排
plans.remark_duty 说明任务
plans.remove_day 去掉放假安排
plans.repeal_institution 废止制度
exams.add_question 加题
exams.change_question 改题
exams.publish_paper 发布测试
orgs.read_person 看名册信息
orgs.ask_correction 申请更正
orgs.decide_correction 答复更正
orgs.transfer_person 转接
orgs.add_person 加一个人
plans.adopt_institution 采用制度
plans.create_plan 新建计划
plans.submit_plan 提交计划
plans.decide_plan 审批计划
plans.complete_item 填完成
plans.mark_item_held 会议办结条目
plans.postpone_item 计划条目延期
plans.cancel_item 计划条目取消
study.submit_note 提交笔记
study.take_back_note 撤回笔记
study.delete_draft 删草稿
study.add_entry 记自学
study.change_entry 改自学
study.delete_entry 删自学
activities.pass_record 通过会议记录
activities.return_record 退回会议记录
assessment.file_appeal 提出申诉
assessment.decide_appeal 答复申诉
study.draw_notes 抽查笔记
study.review_note 审阅笔记
supervision.remind 提醒
supervision.answer_reminder 回复提醒""".splitlines()
)


def name_verb(verb: str) -> str:
    """What was done, in words; of one without words its room and its code.

    >>> name_verb("archive.seal"), name_verb("orgs.paint")
    ('封卷', '名册（paint）')
    """
    room, _, act = verb.partition(".")
    return VERBS.get(verb) or f"{ROOMS.get(room, room)}（{act}）"


@dataclass(frozen=True)
class Step:
    """One step: its stage, when, what, by whom. ``late`` marks what was entered after its day."""

    stage: str  # 计划 通知 考勤 记录 审核 计分 改动 导入
    at: date | datetime | None
    text: str
    who: str = ""
    late: bool = False


@dataclass(frozen=True)
class Origin:
    """The file a record was imported from."""

    name: str
    sha256: str


def describe_late(days: int, because: str) -> str:
    """Say that something was entered late, and why (ux A2).

    >>> describe_late(6, "会后核对签到表")
    '补录，晚 6 天，原因：会后核对签到表'
    """
    reason = f"，原因：{because}" if because else "，没有写原因"
    return f"补录，晚 {days} 天{reason}" if days > 0 else f"补录，当天{reason}"
