"""What a question bank's file is read into: one entry per question or skipped line, every line in exactly one entry."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from shanxue.intake.matching import clean_text
from shanxue.intake.rules import Place

from . import QuestionKind
from .answers import LETTERS, RIGHT_WRONG, Choice, read_blanks, read_choice, read_truth
from .stems import TidyStem, count_blanks, spread_options, strip_marks, tidy_stem

Answer = list[str] | list[list[str]]  # option letters; for 填空题 the accepted texts of each blank

KINDS = {
    **dict.fromkeys(("单选", "单选题", "单项选择", "单项选择题", "单项题"), QuestionKind.SINGLE),
    **dict.fromkeys(
        ("多选", "多选题", "多项选择", "多项选择题", "多项题", "不定项选择题", "不定项"), QuestionKind.MULTIPLE
    ),
    **dict.fromkeys(("判断", "判断题", "是非题", "正误判断题", "对错题", "判断正误"), QuestionKind.TRUE_FALSE),
    **dict.fromkeys(("填空", "填空题", "补充题"), QuestionKind.BLANK),
}
ANY_CHOICE = ("选择", "选择题")  # one or several: the answer tells
_PUNCTUATION = re.compile(r"[\s,，、;；/\[\]'\"]+")
NOT_MARKED = (
    "简答题",
    "简答",
    "论述题",
    "论述",
    "问答题",
    "问答",
    "案例分析题",
    "案例题",
    "材料题",
    "名词解释",
    "主观题",
)


EXCLUDED = "已选择排除"


@dataclass(frozen=True)
class Draft:
    """One question as the bank keeps it. ``answer``: see ``Answer``; ``options`` of a 判断题 are 正确, 错误."""

    kind: QuestionKind
    stem: str
    options: tuple[str, ...]
    answer: Answer
    bank: str
    difficulty: str = ""
    analysis: str = ""
    source: str = ""

    @property
    def sha256(self) -> str:
        return hash_question(self.kind, self.stem, self.options)


def hash_question(kind: str, stem: str, options: Iterable[str]) -> str:
    """Tell the same question written with other spaces or full-width signs."""
    parts = [str(kind), clean_text(stem), *map(clean_text, options)]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Entry:
    """What became of some lines of the file: a draft, or problems that block it, or the reason for skipping."""

    rows: tuple[int, ...]
    where: str  # 「题库」第 3 行, 「党章.docx」第 12 题
    key: str  # names the entry in one file, for the clerk's choice to leave it out: s0r3, p41
    draft: Draft | None = None
    problems: tuple[str, ...] = ()  # whole sentences
    skipped: str = ""
    notes: tuple[str, ...] = ()  # what was tidied or concluded
    shown: str = ""  # what stands there, for an entry without a draft


@dataclass
class Reading:
    """A whole file. ``len(lines read) == sum of entries' rows``: nothing is dropped silently."""

    entries: list[Entry] = field(default_factory=list)
    line_count: int = 0
    unread: list[str] = field(default_factory=list)  # headers of columns that were not read
    notes: list[str] = field(default_factory=list)

    @property
    def drafts(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.draft and not entry.problems]

    @property
    def blocked(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.problems]

    @property
    def passed(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.skipped]


@dataclass
class Raw:
    """A question as it stands in the file. ``places`` names where each part stood, for the problems' sentences."""

    stem: str = ""
    kind: str = ""
    options: list[str] = field(default_factory=list)
    answer: str = ""
    bank: str = ""
    difficulty: str = ""
    analysis: str = ""
    source: str = ""
    lost: str = ""  # 图片, 公式: what stands there and cannot be read


Places = dict[str, Place | str]


class _Desk:
    """Collects the problems and notes of one question while it is settled."""

    def __init__(self, places: Places, usual: str) -> None:
        self.places, self.usual = places, usual
        self.problems: list[str] = []
        self.notes: list[str] = []

    def stop(self, part: str, sentence: str) -> None:
        self.problems.append(f"{self.places.get(part, self.usual)}：{sentence}")


def settle_question(
    raw: Raw, places: Places, usual: str, number: str
) -> tuple[Draft | None, tuple[str, ...], tuple[str, ...]]:
    """Make a draft of what was read: (draft or None, problems, notes). ``number`` names it: 第 12 题, 第 12 行."""
    desk = _Desk(places, usual)
    if raw.lost:
        desk.problems.append(f"{usual}：{number}含{raw.lost}，不能读取。请把内容改写成文字后再传，或者排除这一题。")
        return None, tuple(desk.problems), ()
    stem = tidy_stem(raw.stem)
    if not stem.text:
        desk.stop("stem", "没有题目。请补上题目，或者排除这一行。")
        return None, tuple(desk.problems), ()
    answer = _join_answers(desk, raw.answer.strip(), stem)
    options = _read_options(desk, raw.options)
    kind = _find_kind(desk, raw.kind, options, answer)
    draft = _settle(desk, raw, stem, kind, options, answer) if kind and not desk.problems else None
    return draft, tuple(desk.problems), tuple(desk.notes)


def _settle(desk: _Desk, raw: Raw, stem: TidyStem, kind: QuestionKind, options: list[str], answer: str) -> Draft | None:
    if not answer:
        desk.stop("answer", "没有答案。请补上答案，或者排除这一题。")
        return None
    settled: Answer | None
    text = stem.text
    if kind == QuestionKind.BLANK:
        text = stem.with_blanks
        settled = _read(desk, lambda: read_blanks(answer, max(count_blanks(text), 1)))
        kept: Sequence[str] = ()
    elif kind == QuestionKind.TRUE_FALSE:
        settled = _read(desk, lambda: [read_truth(answer, options)])
        kept = RIGHT_WRONG
    else:
        if len(options) < 2:
            desk.stop("options", f"只看到 {len(options)} 个选项。请写齐选项 A、B、C、D，或者排除这一题。")
            return None
        kept = options
        settled = _read(desk, lambda: _choose(kind, answer, options, desk))
    if settled is None:
        return None
    return Draft(kind, text, tuple(kept), settled, raw.bank[:60], raw.difficulty[:8], raw.analysis, raw.source[:200])


def _read(desk: _Desk, read: object) -> Answer | None:
    try:
        found: Answer = read()  # type: ignore[operator]
    except ValueError as error:
        desk.stop("answer", str(error))
        return None
    return found


def _choose(kind: QuestionKind, answer: str, options: list[str], desk: _Desk) -> list[str]:
    choice: Choice = read_choice(answer, options)
    if kind == QuestionKind.SINGLE and len(choice.letters) > 1:
        raise ValueError(f"单选题的答案是“{''.join(choice.letters)}”。请改成一个选项，或者把题型改为多选题。")
    if kind == QuestionKind.MULTIPLE and len(choice.letters) == 1:
        desk.notes.append("多选题只有一个正确选项")
    if choice.by_text:
        desk.notes.append(f"答案写的是选项全文，读作 {''.join(choice.letters)}")
    return list(choice.letters)


def _say_the_same(one: str, other: str) -> bool:
    if sorted(_PUNCTUATION.sub("", clean_text(one).upper())) == sorted(_PUNCTUATION.sub("", clean_text(other).upper())):
        return True
    try:
        return read_truth(one, []) == read_truth(other, [])
    except ValueError:
        return False


def _join_answers(desk: _Desk, answer: str, stem: TidyStem) -> str:
    """Settle the answer's own place with one found inside the stem; both may stand, when they agree."""
    if not stem.answer:
        return answer
    if not answer:
        desk.notes.append(f"答案“{stem.answer}”取自题目里的括号或横线")
        return stem.answer
    if not _say_the_same(stem.answer, answer):
        desk.stop("answer", f"题目里写的答案是“{stem.answer}”，另外又写“{answer}”，两处不同。请改正其中一处。")
    return answer


def _read_options(desk: _Desk, cells: list[str]) -> list[str]:
    """Read the options in order; trailing empty ones are none, an empty one in between is a problem."""
    options = [cell.strip() for cell in cells]
    while options and not options[-1]:
        options.pop()
    if len([option for option in options if option]) == 1:
        options = spread_options(next(option for option in options if option))
        if len(options) > 1:
            desk.notes.append(f"一格里的 {len(options)} 个选项已分开")
    options = strip_marks(options)
    for index, option in enumerate(options):
        if not option:
            desk.stop("options", f"选项 {LETTERS[index]} 是空的，后面却还有选项。请补上，或者把后面的选项前移。")
            break
    if len(options) > len(LETTERS):
        desk.stop("options", f"有 {len(options)} 个选项，最多 {len(LETTERS)} 个。请检查选项是否分错。")
    twice = [option for index, option in enumerate(options) if option and option in options[:index]]
    if twice:
        desk.stop("options", f"选项“{twice[0]}”写了两次。请改正其中一个。")
    return options


def _find_kind(desk: _Desk, text: str, options: list[str], answer: str) -> QuestionKind | None:
    plain = clean_text(text).strip("【】[]()：:")
    if plain in KINDS:
        return KINDS[plain]
    if plain in NOT_MARKED:
        desk.stop("kind", f"“{text.strip()}”不能自动判分，题库不收。请排除这一题，用纸笔作答。")
        return None
    if plain and plain not in ANY_CHOICE:
        desk.stop("kind", f"题型“{text.strip()}”认不出。请写单选题、多选题、判断题或填空题。")
        return None
    return _conclude_kind(desk, options, answer)


def _conclude_kind(desk: _Desk, options: list[str], answer: str) -> QuestionKind:
    """Conclude a kind that is not written from the options and the answer."""
    kind = QuestionKind.BLANK
    if options and set(map(clean_text, options)) <= {"正确", "错误", "对", "错", "√", "×", "是", "否"}:
        kind = QuestionKind.TRUE_FALSE
    elif options:
        try:
            several = len(read_choice(answer, options).letters) > 1
        except ValueError:
            several = False
        kind = QuestionKind.MULTIPLE if several else QuestionKind.SINGLE
    else:
        try:
            read_truth(answer, [])
            kind = QuestionKind.TRUE_FALSE
        except ValueError:
            pass
    desk.notes.append(f"没有写题型，按选项和答案看作{kind}")
    return kind


def finish_reading(reading: Reading, excluded: frozenset[str] = frozenset()) -> Reading:
    """Leave out what the clerk chose to leave out, then keep each question once."""
    for index, entry in enumerate(reading.entries):
        if entry.key in excluded and not entry.skipped:
            shown = entry.draft.stem[:60] if entry.draft else entry.shown
            reading.entries[index] = Entry(entry.rows, entry.where, entry.key, skipped=EXCLUDED, shown=shown)
    reading.entries = _settle_repeats(reading.entries)
    return reading


def _settle_repeats(entries: list[Entry]) -> list[Entry]:
    """Keep the same question once: repeats with the same answer are skipped, with another answer they are stopped."""
    first: dict[str, Entry] = {}
    settled = []
    for entry in entries:
        if entry.draft is None:
            settled.append(entry)
            continue
        former = first.setdefault(entry.draft.sha256, entry)
        if former is entry:
            settled.append(entry)
        elif former.draft and former.draft.answer == entry.draft.answer:
            settled.append(
                Entry(entry.rows, entry.where, entry.key, skipped=f"与{former.where}是同一道题，只收一次",
                      shown=entry.draft.stem)
            )  # fmt: skip
        else:
            sentence = f"{entry.where}：与{former.where}题目相同，答案不同。请改正答案，或者排除其中一题。"
            settled.append(Entry(entry.rows, entry.where, entry.key, entry.draft, (sentence,), shown=entry.draft.stem))
    return settled
