"""What the trail calls every act, in words: one line for each verb that any room records. Pure."""

from __future__ import annotations

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
accounts.close 停用账号
accounts.create 建账号
accounts.give_password 发一次性口令
accounts.large_type 换字号
accounts.reopen 恢复账号
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
activities.pass_record 通过会议记录
activities.postpone_session 延期
activities.remove_guest 去掉列席
activities.report_make_up 报补学
activities.return_make_up 退回补学
activities.return_record 退回会议记录
activities.save_record 写会议记录
activities.send_notice 发通知
activities.submit_record 提交会议记录
activities.take_back_record 撤回会议记录
activities.withdraw_leave 撤回请假
archive.answer_doubt 说明疑点
archive.carry_out_retention 按期限清理个人信息
archive.choose_piece 改归档安排
archive.download 下载归档包
archive.export_evidence 生成取证包
archive.export_head 导出链头
archive.mark_doubt 标记疑点
archive.seal 封卷
archive.set_fonds 写全宗号
assessment.amend_result 更正定档的结果
assessment.answer_objection 答复核对中的异议
assessment.change_scheme 改细则草案
assessment.confirm_results 支部确认结果
assessment.count_ballots 计票
assessment.decide_appeal 答复申诉
assessment.decide_apart 登记另行研究
assessment.decide_late 决定截止后的记录
assessment.decide_quota 决定名额
assessment.do_step 办理考核的一步
assessment.drop_scheme 删细则草案
assessment.file_appeal 提出申诉
assessment.give_marks 评分
assessment.give_opinions 写评定意见
assessment.hand_out_ballots 发票
assessment.object_to_line 核对中提出异议
assessment.open_evaluation 开始民主评议
assessment.open_proceeding 开始年度考核
assessment.publish_scheme 发布细则
assessment.read_evaluation 看民主评议
assessment.read_lists 看名单
assessment.read_opinion 已阅评定意见
assessment.read_result 看考核结果
assessment.read_results 看几个人的考核结果
assessment.run_scheme 计算考核结果
assessment.save_scheme 保存细则文本
assessment.score_self 自评分
assessment.share_out 评分分工
assessment.start_scheme 起草细则
assessment.tell_personnel 告知人事部门
assessment.void_ballot 作废一轮投票
assessment.withdraw_appeal 撤回申诉
assessment.write_remarks 写互评
assessment.write_self_appraisal 写个人自评
audit.switch_algorithm 换留痕的算法
bulletins.add_evidence 写点名单位的依据
bulletins.answer_document 单位说明
bulletins.attach_file 加附件
bulletins.begin_series 起编文号
bulletins.decide_figures 定用哪次的数
bulletins.detach_file 去掉附件
bulletins.draft_bulletin 起草情况通报
bulletins.draft_notice 起草通知
bulletins.draft_opinion 起草年度意见
bulletins.drop_draft 删公文草稿
bulletins.edit_document 改公文
bulletins.enter_number 登记纸质公文的文号
bulletins.leave_template 停用公文模板
bulletins.make_brief 生成简报
bulletins.return_document 退回公文
bulletins.set_letterhead 改发文机关标志
bulletins.sign_document 签发公文
bulletins.submit_document 送签公文
bulletins.use_template 启用公文模板
bulletins.void_document 作废公文
bulletins.void_number 作废文号
bulletins.withdraw_document 撤回公文
exams.add_paper 建测试
exams.add_question 加题
exams.add_questions 选题
exams.change_paper 改测试
exams.change_question 改题
exams.delete_draft 删测试草稿
exams.hand_in 交卷
exams.move_question 调题的次序
exams.publish_paper 发布测试
exams.remove_question 去掉题
exams.restore_question 恢复题
exams.retire_question 停用题
exams.set_points 改题的分值
exams.set_rule 改抽题规则
exams.start_sitting 开始答题
exams.withdraw_paper 收回测试
home.end_briefs 不再看简报
home.make_calendar 建日历地址
home.revoke_calendar 停用日历地址
home.want_briefs 要看简报
intake.import 导入
intake.undo 撤销导入
orgs.add_person 加一个人
orgs.ask_correction 申请更正
orgs.change_person 改名册信息
orgs.change_post 改职务
orgs.decide_correction 答复更正
orgs.decide_request 答复免考核申请
orgs.end_exemption 结束免考核
orgs.end_grant 收回授权
orgs.end_stint 结束任职
orgs.exempt_person 登记免考核
orgs.grant_power 授权
orgs.link_account 账号对应到人
orgs.move_department 调部门
orgs.place_person 编入单位
orgs.read_people 看几个人的记录
orgs.read_person 看个人的记录
orgs.receive_transfer 接收转接
orgs.record_leaving 登记离开
orgs.record_milestone 登记晋升、转正日期
orgs.record_return 登记回来
orgs.request_exemption 申请免考核
orgs.transfer_person 转接
orgs.withdraw_transfer 撤回转接
plans.add_item 加计划条目
plans.add_measure 加载体
plans.adopt_institution 采用制度
plans.approve_plan 批准计划
plans.begin_campaign 开始专题
plans.cancel_item 计划条目取消
plans.change_item 改计划条目
plans.close_campaign 结束专题
plans.complete_item 填完成
plans.copy_plan 照上年建计划
plans.create_plan 新建计划
plans.drop_item 删计划条目
plans.drop_measure 删载体
plans.enter_day 登记放假安排
plans.issue_plan 印发计划
plans.issue_version 修订制度
plans.mark_item_held 会议办结条目
plans.move_measure 移动载体
plans.postpone_item 计划条目延期
plans.remark_duty 说明任务
plans.remove_day 去掉放假安排
plans.reopen_item 撤回条目的完成或取消
plans.repeal_institution 废止制度
plans.return_plan 退回计划
plans.save_campaign 改专题
plans.save_measure 改载体
plans.save_texts 写计划正文
plans.submit_plan 提交计划
plans.take_over 承接上级条目
plans.withdraw_plan 撤回计划
resources.add_copies 图书入库
resources.add_equipment 登记设备
resources.add_line 加采购条目
resources.add_purpose 加经费用途
resources.add_source 加经费来源
resources.add_title 登记图书
resources.add_venue 加阵地
resources.adjust_purpose 调整用途额度
resources.answer_suggestion 答复荐购
resources.ask_to_borrow 申请借阅
resources.attach_receipt 附票据
resources.book_venue 预订阵地
resources.change_commitment 改采购金额
resources.change_subscription 改订阅
resources.change_title 改图书信息
resources.change_venue 改阵地信息
resources.check_equipment 盘点设备
resources.claim_issues 催要缺期
resources.close_fund 经费年终结转
resources.commit_money 登记采购
resources.end_commitment 办结采购
resources.end_venue 停用阵地
resources.free_booking 取消预订
resources.give_back 还书
resources.lend 借出
resources.move_booking 改预订时间
resources.move_copy 图书换位置
resources.open_fund 建年度经费
resources.pay 付款
resources.remove_line 删采购条目
resources.renew 续借
resources.reopen_venue 恢复阵地
resources.report_lost 登记图书丢失
resources.shift_money 用途间调剂
resources.subscribe 订报刊
resources.suggest 荐购
resources.take_back 冲销、退款
resources.take_back_request 撤回借阅申请
resources.tick_issues 登记到刊
study.add_entry 记自学
study.add_material 加材料
study.add_outcome 登记成果
study.add_reading_list 建书目
study.change_entry 改自学
study.change_material 改材料
study.change_outcome 改成果
study.change_reading_list 改书目
study.decline_outcome 成果暂不认定
study.delete_draft 删笔记草稿
study.delete_entry 删自学
study.delete_outcome 删成果
study.draw_notes 抽查笔记
study.end_material 停用材料
study.end_reading_list 结束书目
study.offer_material_again 恢复材料
study.recognise_outcome 认定成果
study.review_note 审阅笔记
study.submit_note 提交笔记
study.take_back_note 撤回笔记
supervision.answer_carried 说明上级的问题
supervision.answer_instruction 答复批示
supervision.answer_reminder 回复提醒
supervision.ask_explanation 要求说明
supervision.check_record 检查一条记录
supervision.close_finding 办结问题
supervision.close_inspection 办结检查
supervision.draw_sample 抽取样本
supervision.drop_inspection 取消检查
supervision.instruct 批示
supervision.pass_down 交下级自查
supervision.plan_inspection 安排检查
supervision.put_on_agenda 列入通报
supervision.recheck_action 复核整改
supervision.release_agenda_points 退回通报事项
supervision.remind 提醒
supervision.report_action 报告整改
supervision.save_checklist 改检查表
supervision.set_action 定整改措施
supervision.settle_agenda_points 事项写进通报
supervision.withdraw_finding 撤回问题
supervision.withdraw_point 撤回通报事项
supervision.write_finding 写问题""".splitlines()
)


SUBJECTS = dict(
    line.split()
    for line in """\
appeal 申诉
archive 归档
booking 预约
brief 月度简报
campaign 主题教育
commitment 预订
copy 图书
document 公文
draw 组卷
evaluation 民主评议
evidence 取证包
finding 问题
fund 经费年度
head 链头
inspection 检查
instruction 批示
leave 请假
make_up 补学
material 学习材料
note 笔记
outcome 学习成果
payment 付款
plan 计划
proceeding 年度考核
purpose 经费用途
readinglist 必读书目
result 成绩
run 计算
scheme_draft 细则草稿
score 测试成绩
selfstudy 自学
session 会议
subscription 报刊订阅
suggestion 荐购
template 模板
title 书目
unit 单位
venue 阵地""".splitlines()
)
CODES = {word: code for code, word in SUBJECTS.items()}


def name_subject(subject: str) -> str:
    """What something was done to, in words; what has none stands as it was written.

    >>> name_subject("session:12"), name_subject("批次 9"), name_subject("00004")
    ('会议 12', '批次 9', '00004')
    """
    code, colon, number = subject.partition(":")
    return f"{SUBJECTS[code]} {number}" if colon and code in SUBJECTS else subject


def read_subject(typed: str) -> str:
    """Read what somebody looks for: the words of a page, or the code.

    >>> read_subject("会议12"), read_subject(" 会议  12 "), read_subject("session:12"), read_subject("批次 9")
    ('session:12', 'session:12', 'session:12', '批次 9')
    """
    word = typed.strip().rstrip("0123456789").strip()
    number = typed.strip()[len(word) :].strip()
    return f"{CODES[word]}:{number}" if word in CODES and number else typed.strip()


def name_verb(verb: str) -> str:
    """What was done, in words; of one that a former version wrote and no room writes now, its room and its code.

    >>> name_verb("archive.seal"), name_verb("orgs.paint")
    ('封卷', '名册（paint）')
    """
    room, _, act = verb.partition(".")
    return VERBS.get(verb) or f"{ROOMS.get(room, room)}（{act}）"
