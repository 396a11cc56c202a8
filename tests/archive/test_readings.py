"""Every page and file that shows somebody's result to another says so to that person (个人信息保护法 44, DESIGN §8)."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from importlib import import_module

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from shanxue.assessment.models import ListReading, ResultReading
from shanxue.audit.models import Entry
from shanxue.orgs.holdings import gather_readings
from shanxue.orgs.models import PersonReading
from tests.exams.access import make as make_tests
from tests.house import House

pytestmark = pytest.mark.django_db
Visit = Callable[[str | None], Client]
TOTAL = re.compile(r"(?<![\d.,])(86\.50?|50\.50?)(?![\d])")  # 张三's total and what the sessions gave
ROOMS = ("assessment", "bulletins", "archive", "home")  # rooms below know no results: they cannot import them
BOTH = {"archive:lines", "assessment:check", "assessment:object", "assessment:objection", "assessment:person",
        "assessment:records", "assessment:unit"}  # fmt: skip
OFFICE = {"assessment:amend", "assessment:binding", "assessment:binding_decide", "assessment:binding_file",
          "assessment:lists", "assessment:lists_file", "assessment:preview"}  # fmt: skip
SHOWING = {"office": BOTH | OFFICE, "secretary": BOTH}


def read_text(answer: HttpResponse) -> str:
    body = b"".join(answer) if answer.streaming else answer.content  # type: ignore[call-overload]
    if not body.startswith(b"PK"):
        return body.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        return "\n".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())


@pytest.mark.parametrize("role", ["office", "secretary"])
def test_whoever_opens_a_page_with_another_persons_result_is_written_down(
    house: House, visit: Visit, role: str
) -> None:
    """The rooms' tables are the list: each address alone; where 张三 has points, 张三 sees who read them."""
    arguments: dict[str, list[object]] = {}
    open_to: dict[str, set[str | None]] = {}
    for table in map(import_module, (f"tests.{room}.access" for room in ROOMS)):
        arguments |= table.make(house)
        open_to |= {name: roles for name, roles in table.OPEN_TO.items() if name not in table.POST_ONLY}
    client, person, reader = visit(role), house.people["张三"], str(house.users[role])
    showing, silent = [], []
    for name in sorted(name for name, roles in open_to.items() if role in roles):
        for rows in (ResultReading, PersonReading, ListReading):
            rows.objects.all().delete()
        answer = client.get(reverse(name, args=arguments.get(name, [])), follow=True)
        text = read_text(answer)  # type: ignore[arg-type]
        if "张三" in text and TOTAL.search(text):
            showing.append(name)
            if reader not in {one.who for one in gather_readings(person)}:
                silent.append(name)
    assert silent == []
    assert set(showing) == SHOWING[role]


def test_scores_of_a_test_are_read_in_the_open(house: House, visit: Visit) -> None:
    """Once a day for each reader, on the page and in the file alike; who has no score yet was not read."""
    arguments = make_tests(house)
    result = house.people["张三"].scores.get()
    assert result.score_milli is not None
    paper = house.people["张三"].sittings.get(score=result).paper
    client = visit("inspector")
    assert arguments
    for name in ("exams:paper", "exams:paper_results", "exams:paper"):
        assert client.get(reverse(name, args=[paper.pk])).status_code == 200
    found = PersonReading.objects.filter(what="测试成绩").values_list("person__name", "user__username")
    assert list(found) == [("张三", "u-inspector")]
    assert Entry.objects.filter(verb="orgs.read_people").count() == 1
    assert ("inspector", "测试成绩") in {(one.who, one.what) for one in gather_readings(house.people["张三"])}
