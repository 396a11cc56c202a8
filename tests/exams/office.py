"""A study office at work, for tests: questions, papers, people who sit them."""

from __future__ import annotations

from datetime import datetime, timedelta

from shanxue.exams.actions.sittings import save_answer, start_sitting
from shanxue.exams.models import Paper, PaperQuestion, Question, Sitting
from shanxue.exams.queries.sittings import OwnTest, list_own_tests
from shanxue.exams.rules.questions import hash_question
from shanxue.orgs.models import Unit
from tests.house import House

OPTIONS = ["实现共产主义", "实现小康", "实现富裕", "实现强国"]


def add_question(
    house: House,
    stem: str,
    *,
    kind: str = "单选题",
    answer: list[object] | None = None,
    options: list[str] | None = None,
    bank: str = "党章",
    source: str = "党章总纲",
    **values: object,
) -> Question:
    usual: dict[str, tuple[list[str], list[object]]] = {
        "单选题": (OPTIONS, ["A"]),
        "多选题": (OPTIONS, ["A", "C"]),
        "判断题": (["正确", "错误"], ["A"]),
        "填空题": ([], [["4或四", "4", "四"]]),
    }
    chosen = options if options is not None else usual[kind][0]
    return Question.objects.create(
        bureau=house.bureau, bank=bank, kind=kind, stem=stem, options=chosen, answer=answer or usual[kind][1],
        source=source, sha256=hash_question(kind, stem, chosen), **values,
    )  # fmt: skip


def add_paper(house: House, title: str, questions: list[Question], now: datetime, *, unit: str = "机关党委",
              state: str = "已发布", points: int = 2000, **values: object) -> Paper:  # fmt: skip
    """A paper open from a day ago until a day ahead, of 20 minutes and one attempt unless told otherwise."""
    place: Unit = house.units[unit]
    usual: dict[str, object] = {
        "opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=1), "minutes": 20, "attempts": 1,
    }  # fmt: skip
    paper = Paper.objects.create(bureau=house.bureau, unit=place, title=title, state=state, **(usual | values))
    PaperQuestion.objects.bulk_create(
        PaperQuestion(paper=paper, question=question, position=place, points_milli=points)
        for place, question in enumerate(questions, 1)
    )
    return paper


def find_test(house: House, name: str, paper: Paper, now: datetime) -> OwnTest:
    tests = list_own_tests(house.people[name], now, now.date(), every=True)
    return next(test for test in tests if test.paper == paper)


def begin(house: House, name: str, paper: Paper, now: datetime, seed: int = 1) -> Sitting:
    return start_sitting(find_test(house, name, paper, now), house.people[name], seed=seed, actor=name, at=now)


def answer_all(sitting: Sitting, given: list[list[str]], at: datetime) -> None:
    for position, values in enumerate(given, 1):
        save_answer(sitting, position, values, at=at)
