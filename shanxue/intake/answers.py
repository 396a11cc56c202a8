"""Answers by question: which were used, and which of several files one is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LEAVE_OUT = "排除"  # answer key 排除:工作表:12 → the clerk leaves that line out
THIS_LINE = "行"  # first part of the key of an answer that holds for one line or sheet of one file only
NOT_THIS_SHEET = "行:不读"  # answer key 行:不读:工作表 → the clerk leaves the whole sheet out
OUT_OF_FILE = (LEAVE_OUT, THIS_LINE)  # answers with these first parts are not remembered


class AnswerBook(dict[str, str]):
    """Answers by question, that remembers which of them were asked for."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        super().__init__(answers)
        self.used: set[str] = set()

    def get(self, question: str, default: Any = None) -> Any:
        if question in self:
            self.used.add(question)
        return super().get(question, default)


class FileAnswers(dict[str, str]):
    """The answers as one file sees them: an answer about this very file goes before one about any file's line."""

    def __init__(self, book: AnswerBook, mark: str) -> None:
        super().__init__(book)
        self._book, self._mark = book, mark

    def get(self, question: str, default: Any = None) -> Any:
        own = mark_question(question, self._mark)
        return self._book.get(own if own in self._book else question, default)


def mark_question(question: str, mark: str) -> str:
    """Write which file a question about one line is about; other questions are about every file alike."""
    if not mark or question.split(":")[0] not in OUT_OF_FILE or question.endswith(mark):
        return question
    return f"{question}{mark}"


def leaves_out(answers: Mapping[str, str], sheet: str, row: int) -> bool:
    return answers.get(f"{LEAVE_OUT}:{sheet}:{row}") not in (None, "", "否")


def name_excluder(answers: Mapping[str, str], sheet: str, row: int) -> str:
    """Say who left a line out: an answer 由赵六排除 is taken as it is."""
    answer = answers.get(f"{LEAVE_OUT}:{sheet}:{row}") or ""
    return answer if answer.startswith("由") and answer.endswith("排除") else "由导入的人排除"
