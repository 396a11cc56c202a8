"""The example year through the whole house, from files to results, against hand-worked figures (issue 2 items 4, 7)."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
import zipfile
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import pytest

from examples.generator.people import Person, list_people, locate
from examples.generator.roster_files import ROSTER_AS_OF
from examples.generator.units import BRANCHES, DEPARTMENTS

from .arithmetic import add_up, list_excluded, round_half_up, work_out

YEAR = Path(__file__).parents[2] / "examples" / "chengguan-2025"
Table = dict[str, dict[str, str]]


def assess(out: Path) -> None:
    command = [sys.executable, "-m", "shanxue.cli", "assess", str(YEAR), "--out", str(out)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SHANXUE_")}
    done = subprocess.run(command, capture_output=True, text=True, cwd=YEAR.parents[1], env=environment, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("year") / "out"
    assess(folder)
    return folder


@pytest.fixture(scope="module")
def results(out: Path) -> Table:
    with (out / "results.csv").open(encoding="utf-8", newline="") as file:
        return {row["staff_no"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def lines(out: Path) -> dict[str, Table]:
    found: dict[str, Table] = defaultdict(dict)
    with (out / "lines.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["staff_no"]][row["item"]] = row
    return found


def find(name: str) -> Person:
    return next(person for person in list_people() if person.name == name)


def list_assessed() -> list[Person]:
    """List those the scheme assesses: no 群众, nobody exempt for age."""
    excluded = list_excluded()
    return [person for person in list_people() if person.status != "群众" and person.staff_no not in excluded]


def test_everybody_asked_has_a_result_and_nobody_else(results: Table) -> None:
    people = {person.staff_no for person in list_assessed()}
    assert {number for number in results if number.isdecimal()} == people


def test_every_total_is_the_one_worked_out_by_hand(results: Table) -> None:
    """DESIGN §1: every number explains itself; here it is explained a second time, independently."""
    expected = {person.staff_no: add_up(person) for person in list_assessed() if not person.is_retired}
    known = {number: total for number, total in expected.items() if total is not None}
    assert {number: Fraction(results[number]["total"]) for number in known} == known


def test_every_line_is_the_one_worked_out_by_hand(lines: dict[str, Table]) -> None:
    for person in list_assessed():
        if person.is_retired:
            continue
        points = {code: value for code, value in work_out(person).items() if value is not None}
        awarded = {code: Fraction(lines[person.staff_no][code]["awarded"]) for code in points}
        assert awarded == {code: round_half_up(value) for code, value in points.items()}, person.name


def test_every_grade_follows_from_bands_and_quota(results: Table) -> None:
    """K40, K45: 优秀 from 90, no more than 30 % of a rank class, rounded down, a tie at the line gets none."""
    classes: dict[str, list[Person]] = defaultdict(list)
    for person in list_assessed():
        if not person.is_retired:
            classes[person.rank].append(person)
    for people in classes.values():
        places = len(people) * 3 // 10
        totals = {person: add_up(person) for person in people}
        ranked = sorted(
            (total for person, total in totals.items() if total is not None and not person.year.veto), reverse=True
        )
        line = ranked[places - 1] if ranked[places] < ranked[places - 1] else ranked[places] + Fraction(1, 100)
        for person, total in totals.items():
            assert results[person.staff_no]["grade"] == grade(person, total, max(line, Fraction(90))), person.name


def grade(person: Person, total: Fraction | None, line: Fraction) -> str:
    if total is None:
        return "待补充"
    if person.year.veto:
        return "不合格"
    return "优秀" if total >= line else "良好" if total >= 80 else "合格" if total >= 60 else "不合格"


@pytest.mark.parametrize(
    ("name", "total", "grade"),
    [
        ("周明远", "90.00", "优秀"),
        ("林晓岚", "90.00", "优秀"),
        ("郝大鹏", "66.31", "合格"),
        ("沈佳怡", "97.45", "优秀"),
        ("贾永昌", "85.05", "不合格"),
        ("陈思齐", "93.50", "良好"),
        ("苏文博", "93.50", "良好"),
        ("顾景川", "94.66", "优秀"),
        ("方雪梅", "88.71", "良好"),
        ("罗晓彤", "71.96", "合格"),
        ("宋丽华", "87.19", "良好"),
    ],
)
def test_story_ends_as_told(results: Table, name: str, total: str, grade: str) -> None:
    row = results[find(name).staff_no]
    assert (row["name"], row["total"], row["grade"]) == (name, total, grade)


def test_third_absence_zeroes_the_item_and_says_so(lines: dict[str, Table]) -> None:
    """K25."""
    line = lines[find("郝大鹏").staff_no]["A2"]
    assert (line["counted"], line["awarded"], line["full"], line["note"]) == ("3", "0.00", "4.00", "归零")


def test_bonus_is_capped_and_says_so(lines: dict[str, Table]) -> None:
    """K21: 3 + 3 + 2 = 8, held at 5."""
    line = lines[find("沈佳怡").staff_no]["B1"]
    assert (line["awarded"], line["note"]) == ("5.00", "封顶")


def test_leave_and_make_up_are_two_lines(lines: dict[str, Table]) -> None:
    """K54: making up does not turn leave into presence."""
    of = lines[find("宋丽华").staff_no]
    assert (of["A1"]["counted"], of["A1"]["out_of"], of["A1"]["awarded"]) == ("31", "36", "20.67")
    assert (of["A4"]["counted"], of["A4"]["awarded"]) == ("3", "0.90")


def test_missing_marks_leave_the_grade_open(results: Table, lines: dict[str, Table]) -> None:
    """No data is not zero."""
    number = find("蒋晨曦").staff_no
    assert results[number]["grade"] == "待补充"
    assert lines[number]["T1"]["awarded"] == ""
    assert "无数据" in lines[number]["T1"]["note"]


@pytest.mark.parametrize("name", ["方雪梅", "段海波", "卢建平", "陈思齐"])
def test_gate_stops_a_proposed_grade(results: Table, name: str) -> None:
    """D8: 学习考核达不到优秀的，个人年度考核不能评为优秀."""
    row = results[find(name).staff_no]
    assert find(name).year.proposed == "优秀"
    assert "第十二条，学习考核未达优秀的，年度考核不评优秀。" in row["gates"]


def test_veto_gives_the_lowest_grade_and_keeps_the_points(results: Table, lines: dict[str, Table]) -> None:
    """K44."""
    number = find("贾永昌").staff_no
    assert sum(Fraction(line["awarded"] or "0") for line in lines[number].values()) == Fraction("85.05")
    assert results[number]["grade"] == "不合格"


def test_people_are_listed_where_they_stand_at_the_years_end(results: Table) -> None:
    """条例 25, K53: received ones in the new branch, the one not received in the former."""
    for person in list_assessed():
        assert results[person.staff_no]["unit"] == BRANCHES[locate(person, ROSTER_AS_OF)].name, person.name


def test_exempt_member_has_no_result(results: Table) -> None:
    """条例 23: 年老体弱的不作硬性要求."""
    assert find("谭玉琴").staff_no not in results


def test_rare_names_arrive_whole(results: Table) -> None:
    """Ux D cases 10 and 17."""
    names = {row["name"] for row in results.values()}
    assert {"龚䶮", "冯𠮷祥", "买买提·艾力", "阿依古丽·吐尔逊"} <= names


def test_the_year_is_assessed_alike_twice(out: Path, tmp_path: Path) -> None:
    """Issue 2: same inputs, same digests."""
    assess(tmp_path / "again")
    for name in ("results.csv", "lines.csv"):
        assert (tmp_path / "again" / name).read_bytes() == (out / name).read_bytes()


def test_bulletin_counts_the_proposals_that_the_gate_stops(out: Path, results: Table) -> None:
    """D8: of those proposed 优秀, the ones whose study grade is not; 不定等次 is no proposal."""
    serving = [person for person in list_assessed() if not person.is_retired]
    proposed = [person for person in serving if person.year.proposed == "优秀"]
    stopped = [person for person in proposed if results[person.staff_no]["grade"] != "优秀"]
    with zipfile.ZipFile(out / "情况通报.docx") as archive:
        text = re.sub(r"<[^>]+>", "", archive.read("word/document.xml").decode())
    assert (len(proposed), len(stopped)) == (112, 24)
    assert "拟定年度考核等次需要调整的24人" in text.replace(" ", "")


def test_every_branch_and_department_has_a_place(out: Path) -> None:
    assert len(BRANCHES) == 26
    assert len(DEPARTMENTS) == 14
    assert (out / "考核结果.xlsx").stat().st_size > 0
    assert (out / "情况通报.docx").stat().st_size > 0
