"""A sample of everything each kind of template may name: for trying a template before it is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .documents import list_bulletin_variables
from .rules.shapes import Attachment, Block, Bulletin

COMMON: dict[str, Any] = {
    "发文机关标志": "中共云川市示例局委员会文件",
    "发文字号": "云示党〔2026〕8号",
    "标题": "中共云川市示例局委员会关于2026年学习安排的通知",
    "标题行": ["中共云川市示例局委员会", "关于2026年学习安排的通知"],
    "稿别": "（送审稿）",
    "主送机关": "各党支部、各部门",
    "附件说明": ["附件：1. 学习安排表", "　　　2. 书目"],
    "署名": "中共云川市示例局委员会",
    "成文日期": "2026年2月3日",
    "抄送": "市直机关工委",
    "印发机关": "中共云川市示例局委员会办公室",
    "印发日期": "2026年2月3日印发",
    "单位名称": "云川市示例局",
    "年度": "2026",
}
LINES = [{"级": "一级", "文": "一、学什么"}, {"级": "二级", "文": "（一）必读"}, {"级": "正文", "文": "按计划学习。"}]


class _AnyFigure(dict[str, str]):
    """Figures differ from bulletin to bulletin: a template may name any of them."""

    def __missing__(self, key: str) -> str:
        return "12"


def sample_bulletin() -> dict[str, Any]:
    blocks = (Block("（一）会议和考勤", ("召开会议12次。",)),)
    bulletin = Bulletin(
        mark=COMMON["发文机关标志"], number=COMMON["发文字号"], title="关于2026年第一季度学习情况的通报",
        title_lines=("关于2026年第一季度", "学习情况的通报"), draft="（送审稿）", to="各党支部、各部门",
        opening="现将有关情况通报如下：", overall=blocks, problems=blocks, requirements=blocks,
        attachments=(Attachment("各单位学习情况表", "单位", ("会议",), (("第一支部", ("3",)),), "注：示例。"),),
        issuer=COMMON["署名"], dated=COMMON["成文日期"], copies=COMMON["抄送"], printed_by=COMMON["印发机关"],
        printed=COMMON["印发日期"], figures=_AnyFigure(应考核人数="12"),
    )  # fmt: skip
    return list_bulletin_variables(bulletin, "云川市示例局", "2026")


def sample_notice() -> dict[str, Any]:
    return COMMON | {"正文": LINES}


def sample_opinion() -> dict[str, Any]:
    rows = [["3月31日前", "专题学习", "集中学习", "第一支部"]]
    return COMMON | {"各节": [{"标题": "一、指导思想", "段": LINES[1:], "表": rows}]}


def sample_briefing() -> dict[str, Any]:
    own = {"发文机关标志": "学习简报", "发文字号": "学习简报2026年第3期", "期号": "第3期", "标题": "2026年6月学习情况"}
    blocks = [{"标题": "（一）会议和考勤", "正文": ["召开会议12次。"]}]
    row = {"序号": "1", "名称": "第一支部", "值": ["3"]}
    return COMMON | own | {
        "标题行": ["2026年6月学习情况"], "附件说明": ["附件：学习情况表"],
        "各部分": [{"标题": "一、总体情况", "段": blocks}],
        "附件": [{"标签": "附件", "标题": "学习情况表", "首列": "单位", "列": ["会议"], "行": [row], "说明": "注。"}],
        "数字": _AnyFigure(),
    }  # fmt: skip


def sample_minutes() -> dict[str, Any]:
    return {
        "单位": "第一支部",
        "类型": "主题党日",
        "会议名称": "6月主题党日",
        "稿别": "（未审核）",
        "情况": [{"栏目": "地　　点", "内容": "三楼会议室"}],
        "议程": ["1. 领学文件（李四）"],
        "主要内容": LINES[1:],
        "决议": [["1", "整理学习台账", "张三", "2026年6月30日"]],
        "其他": ["下次带笔记。"],
        "附注": ["通过后补录 1 人：张三"],
    }


def sample_sheet() -> dict[str, Any]:
    return {
        "单位": "第一支部",
        "类型": "主题党日",
        "会议名称": "6月主题党日",
        "事项": ["地　　点：三楼会议室"],
        "应到": "2",
        "名单": [{"左序号": "1", "左姓名": "张三", "右序号": "2", "右姓名": "李四"}],
        "不要求到会": ["孙七"],
        "列席": ["吴九"],
    }


def empty_lists(sample: Mapping[str, Any]) -> dict[str, Any]:
    """The same with every list empty and every text that may be missing left out."""
    blank = ("稿别", "抄送")
    return {name: [] if isinstance(value, list) else "" if name in blank else value for name, value in sample.items()}
