"""What a line may say beside its numbers: one bit per note inside the engine, Chinese words on the line."""

from __future__ import annotations

from enum import IntFlag


class Mark(IntFlag):
    """What happened to an item's points."""

    CAPPED = 1
    LIFTED = 2
    ZEROED = 4
    ZEROES_COMPONENT = 8
    NO_DATA = 16
    WAIVED = 32
    SCALED = 64
    PRO_RATA = 128
    SOFT = 256
    TIED = 512
    REFUSED = 1024
    RESCALED = 2048
    SILENT = 4096
    PARTLY = 8192


WORDS = {
    Mark.CAPPED: "封顶",
    Mark.LIFTED: "保底",
    Mark.ZEROED: "归零",
    Mark.ZEROES_COMPONENT: "归零",
    Mark.NO_DATA: "无数据",
    Mark.WAIVED: "免",
    Mark.SCALED: "折算",
    Mark.PRO_RATA: "按比例",
    Mark.SOFT: "软性要求，未达",
    Mark.TIED: "并列，按较高名次计",
    Mark.REFUSED: "有评分超出幅度或缺少评分人、理由，未计",
    Mark.RESCALED: "有一类测评人没有票，其余折算",
    Mark.PARTLY: "部分期间没有数据，未计入",
    Mark.SILENT: "细则未规定，按加入后的月数折算",
}
SEPARATOR = "；"
BASE_NOTE = "基础分"


def word_marks(bits: int, policy: str = "") -> str:
    """Join the words of all bits; ``policy`` is what the item says about a silent clause."""
    words = [word for mark, word in WORDS.items() if bits & mark]
    return SEPARATOR.join([*words, policy] if policy else words)
