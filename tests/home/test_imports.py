"""K2 through its pages, without JavaScript: four steps, nothing written before the last, everything accounted for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from shanxue.audit.models import Entry
from shanxue.backup import _list_files
from shanxue.intake.accounting import count_file
from shanxue.intake.checking import plan_import
from shanxue.intake.models import Batch, RememberedAnswer, Upload
from shanxue.intake.reading import read_workbook
from shanxue.intake.registry import open_registry
from shanxue.intake.uploads import sweep_uploads
from shanxue.orgs.models import Correction, Person, Stint
from tests.home.desk import HEADER, KNOWN, NEW, Desk, write
from tests.house import House, add_user
from tests.intake.fixtures import write_encrypted, write_xls, write_xlsx

pytestmark = pytest.mark.django_db

Visit = Callable[[str | None], Client]


def test_clean_file_goes_through_in_four_steps(desk: Desk, house: House, tmp_path: Path) -> None:
    """K2: 选文件 → 下一步 → 下一步 → 确认; nothing is written before, the file is gone after."""
    desk.upload(write(tmp_path / "名册.xlsx", [HEADER, *KNOWN, *NEW]))
    assert "看一眼每一列读作什么，没有错就点下一步。" in desk.page
    assert "确认导入 6 人" in desk.settle_columns()
    assert "读到 6 行（文件内 7 行，其中表头 1 行，逐行有着落）" in desk.page
    assert "新增 2　更新 0　不变 4　跳过 0　排除 0　有问题 0" in desk.page
    assert not Person.objects.filter(staff_no="3001").exists()
    page = desk.commit()
    assert "导入完成：新增 2 人，更新 0 人，不变 4 人。24 小时内可以撤销。" in page
    assert Person.objects.get(staff_no="3002").party_status == "预备党员"
    batch = Batch.objects.get()
    assert (batch.actor, batch.file_name, batch.kind) == ("u-office", "名册.xlsx", "roster")
    assert list((tmp_path / "media" / "uploads" / "imports").iterdir()) == []
    assert [entry.verb for entry in Entry.objects.all()] == ["intake.import"]


def test_nothing_chosen_and_what_cannot_be_read_are_said_at_the_field(desk: Desk, tmp_path: Path) -> None:
    """D case 29 and the states of an upload: none chosen, empty, password, picture, too large; nothing is kept."""
    answer = desk.client.post(reverse("imports:start"), {})
    assert (answer.status_code, "▲ 请选择一个文件。" in answer.content.decode()) == (400, True)
    empty, picture, large = tmp_path / "空.xlsx", tmp_path / "照片.xlsx", tmp_path / "大.xlsx"
    empty.write_bytes(b"")
    picture.write_bytes(b"\x89PNG\r\n")
    large.write_bytes(b"x" * (20 * 1024 * 1024 + 1))
    locked = write_encrypted(tmp_path / "密.xlsx", write_xls(tmp_path / "t.xls", {"a": [["姓名"]]}))
    for path, sentence in (
        (empty, "文件是空的，没有内容。"),
        (picture, "这是图片，不能读取名单。请用“点名”录入，或上传电子表。"),
        (large, "文件有 20.0 MB，超过 20 MB。请分成几个文件后再传。"),
        (locked, "这个文件设了密码，去掉密码后再传。"),
    ):
        desk.upload(path)
        assert (desk.status, f"▲ {sentence}" in desk.page) == (400, True), path
    assert Upload.objects.count() == 0
    assert [path for path in (tmp_path / "media").rglob("*") if path.is_file()] == []


def test_a_file_that_cannot_be_read_is_left_only_by_choice(desk: Desk, tmp_path: Path) -> None:
    """Several at once: the good ones go on, the bad one is named and must be put aside by a tick."""
    bad = tmp_path / "扫描件.xlsx"
    bad.write_bytes(b"%PDF-1.7")
    desk.upload(write(tmp_path / "名册.xlsx", [HEADER, *KNOWN, *NEW]), bad)
    desk.settle_columns()
    assert "扫描件.xlsx：这是图片，不能读取名单。" in desk.page
    assert "还有 1 处要处理，处理完才能导入。" in desk.commit()
    desk.answer({"不导入文件:扫描件.xlsx": "不导入"})
    desk.commit()
    assert Person.objects.filter(staff_no__in=["3001", "3002"]).count() == 2


def test_questions_are_answered_on_the_page_and_remembered(desk: Desk, tmp_path: Path) -> None:
    """D cases 20 and 21: one choice settles all lines with the same unit; the next file is not asked again."""
    moved = [*KNOWN[:1], ["1002", "李芳", "第二支部", "正式党员"], *KNOWN[2:]]
    lines = [
        [no, name, "执法支部" if no in ("3001", "3002") else unit, party] for no, name, unit, party in [*moved, *NEW]
    ]
    desk.upload(write(tmp_path / "名册.xlsx", [HEADER, *lines]))
    desk.settle_columns()
    assert "要处理的 2 处" in desk.page
    assert "“执法支部”没有找到，最接近：第二支部。（共 2 处）" in desk.page
    assert "处理完 2 处后：确认导入 6 人" in desk.page
    desk.answer({"单位:执法支部": "第二支部"})
    assert "要处理的 1 处" in desk.page
    desk.answer({"行:在职党员:3:unit": "转入"}, days={"行:在职党员:3:unit": "2025-07-01"})
    assert "确认导入 6 人" in desk.page
    desk.commit()
    assert [(s.unit.name, s.from_on) for s in Stint.objects.filter(person__staff_no="3001").select_related("unit")] == [
        ("第二支部", None)
    ]
    assert Stint.objects.filter(person__staff_no="1002", unit__name="第二支部").get().from_on == date(2025, 7, 1)
    assert list(RememberedAnswer.objects.values_list("question", "answer")) == [("单位:执法支部", "第二支部")]
    again = Desk(desk.client).upload(write(tmp_path / "再.xlsx", [HEADER, *lines, ["3003", "周四", "执法支部", ""]]))
    again.settle_columns()
    assert "“执法支部”没有找到" not in again.page


def test_remembered_answer_can_be_given_anew(desk: Desk, house: House, tmp_path: Path) -> None:
    RememberedAnswer.objects.create(bureau_code=house.bureau.code, question="单位:执法支部", answer="第一支部")
    lines = [[*NEW[0][:2], "执法支部", "正式党员"]]
    desk.upload(write(tmp_path / "名册.xlsx", [HEADER, *KNOWN, *lines]))
    desk.settle_columns()
    assert "沿用以前的 1 项回答" in desk.page
    desk.send("check", {"again": "单位:执法支部"})
    desk.answer({"单位:执法支部": "第二支部"})
    desk.commit()
    assert RememberedAnswer.objects.get().answer == "第二支部"
    assert Stint.objects.get(person__staff_no="3001", unit__line="党组织").unit.name == "第二支部"


def test_problem_is_mended_or_its_line_left_out_by_name(desk: Desk, tmp_path: Path) -> None:
    """D0.5, D case 10: a lost character stops its line; who left it out is kept; all lines add up."""
    desk.upload(write(tmp_path / "名册.xlsx", [HEADER, *KNOWN, *NEW, ["3003", "张?", "第一支部", "正式党员"]]))
    desk.settle_columns()
    assert "「在职党员」第 8 行 B 列（姓名）：“张?”里有丢失的字，导出时可能用了 GBK。请改正这个字。" in desk.page
    desk.answer({}, outs=["排除:在职党员:8"])
    assert "由office排除" in desk.page
    assert "新增 2　更新 0　不变 4　跳过 0　排除 1　有问题 0" in desk.page
    desk.commit()
    batch = Batch.objects.get()
    assert batch.mapping["answers"] == {"排除:在职党员:8": "由office排除"}
    assert batch.outcome == {"rows_in_file": 7, "added": 2, "updated": 0, "unchanged": 4, "skipped": 0, "excluded": 1}
    assert "「在职党员」第 8 行" in desk.client.get(reverse("imports:batch", args=[batch.pk])).content.decode()


def test_left_out_line_comes_back(desk: Desk, tmp_path: Path) -> None:
    desk.upload(write(tmp_path / "名册.xlsx", [HEADER, *KNOWN, *NEW]))
    desk.settle_columns()
    desk.answer({}, outs=["排除:在职党员:6"])
    assert "确认导入 5 人" in desk.page
    desk.send("check", {"forget": "排除:在职党员:6"})
    assert "确认导入 6 人" in desk.page


def test_a_tick_made_with_the_last_button_is_looked_at_first(desk: Desk, tmp_path: Path) -> None:
    """What is confirmed is what was shown."""
    desk.upload(write(tmp_path / "名册.xlsx", [HEADER, *KNOWN, *NEW]))
    desk.settle_columns()
    desk.send("check", {"act": "commit", "preview": desk.preview, "out": ["排除:在职党员:6"]})
    assert "选择已保存。请核对变化后的结果，再确认导入。" in desk.page
    assert Batch.objects.count() == 0


def test_two_files_with_a_sheet_of_one_name_are_told_apart(desk: Desk, tmp_path: Path) -> None:
    """D0.5: a line left out of one file stays in the other."""
    first = write(tmp_path / "甲.xlsx", [HEADER, *KNOWN, NEW[0]], "Sheet1")
    second = write(tmp_path / "乙.xlsx", [HEADER, *KNOWN, NEW[1]], "Sheet1")
    desk.upload(first, second)
    desk.settle_columns()
    desk.answer({}, outs=["排除:Sheet1:6@乙.xlsx"])
    desk.commit()
    assert list(Person.objects.filter(staff_no__startswith="300").values_list("staff_no", flat=True)) == ["3001"]
    assert {batch.file_name: batch.outcome["excluded"] for batch in Batch.objects.all()} == {"甲.xlsx": 0, "乙.xlsx": 1}


def test_column_of_another_name_is_named_on_the_page(desk: Desk, tmp_path: Path) -> None:
    """D case 7: 对应列; the name is remembered for this unit; private columns cannot be named."""
    header = ["员工识别码", "姓名", "所在支部", "党籍状态", "身份证号"]
    lines = [[*line, "330000199001011234"] for line in [*KNOWN, *NEW]]
    desk.upload(write(tmp_path / "名册.xlsx", [header, *lines]))
    assert '身份证号　<span class="quiet">个人隐私，不能读取</span>' in desk.page
    assert "330000199001011234" not in desk.page
    number = desk.read_asked()["列名:员工识别码"]
    desk.settle_columns(**{f"k{number}": "列名:员工识别码", f"a{number}": "工号", "act": "again"})
    assert "没有读取的 1 列：不读、不存" in desk.page
    desk.settle_columns()
    assert "确认导入 6 人" in desk.page
    desk.commit()
    assert RememberedAnswer.objects.get().question == "列名:员工识别码"


def test_column_that_is_missing_is_named_on_the_page(desk: Desk, tmp_path: Path) -> None:
    """D case 7: the sentence says what is missing; naming the column mends it without touching the file."""
    header = ["工号", "同志", "所在支部", "党籍状态"]
    desk.upload(write(tmp_path / "名册.xlsx", [header, *KNOWN, *NEW]))
    sentence = (
        "「在职党员」没有找到“姓名”列。第 1 行的列名是：工号、同志、所在支部、党籍状态。请改正列名，或补上这一列。"
    )
    assert sentence in desk.page
    number = desk.read_asked()["列名:同志"]
    desk.settle_columns(**{f"k{number}": "列名:同志", f"a{number}": "姓名"})
    desk.see("check")
    assert "确认导入 6 人" in desk.page


def test_file_without_header_is_named_column_by_column(desk: Desk, tmp_path: Path) -> None:
    """D case 8."""
    desk.upload(write(tmp_path / "名单.xlsx", [line[:3] for line in [*KNOWN, *NEW]], "Sheet1"))
    asked = desk.read_asked()
    named = {"A": "工号", "B": "姓名", "C": "所在支部"}
    form = {}
    for letter, title in named.items():
        key = f"无表头:3列:{letter}"
        form |= {f"k{asked[key]}": key, f"a{asked[key]}": title}
    desk.settle_columns(asks="1", **form)
    assert "确认导入 6 人" in desk.page


def test_sheet_is_left_out_and_hidden_one_read_by_a_tick(desk: Desk, tmp_path: Path) -> None:
    """D cases 29 and 30: all sheets are listed, the clerk ticks, all ticked ones commit together."""
    path = write_xlsx(
        tmp_path / "名册.xlsx",
        {"甲": [HEADER, *KNOWN, NEW[0]], "乙": [HEADER, ["9", "某", "别处支部", ""]], "丙": [HEADER, NEW[1]]},
        hidden=["丙"],
    )
    desk.upload(path)
    shown, ticked = ["行:不读:甲", "行:不读:乙", "读隐藏表:丙"], ["行:不读:甲", "读隐藏表:丙"]
    desk.send("columns", {"sheet_shown": shown, "sheet": ticked, "act": "again"})
    desk.settle_columns()
    assert "排除 2 行" in desk.page
    assert "确认导入 6 人" in desk.page
    desk.commit()
    assert Batch.objects.get().outcome["excluded"] == 2
    assert Person.objects.filter(staff_no__startswith="300").count() == 2


def test_changed_since_the_preview_is_said_and_choices_are_kept(desk: Desk, tmp_path: Path) -> None:
    """D case 30, the exact sentence; a second look and the commit goes through."""
    desk.upload(write(tmp_path / "名册.xlsx", [HEADER, *KNOWN, *NEW]))
    desk.settle_columns()
    desk.answer({}, outs=["排除:在职党员:7"])
    Person.objects.filter(staff_no="1001").update(staff_state="借调外出")
    Stint.objects.filter(person__staff_no="1003", unit__line="党组织").update(role="组长")
    desk.commit()
    assert desk.status == 409
    assert "预览之后有 2 人被改动，请重新检查（已保留你的选择）。" in desk.page
    assert (Batch.objects.count(), "由office排除" in desk.page) == (0, True)
    desk.commit()
    assert Batch.objects.get().outcome["excluded"] == 1


def test_repeated_click_and_dropped_connection(desk: Desk, tmp_path: Path) -> None:
    """D case 30: the second click finds the first one's batch; the page says 已完成 or 未开始, never half."""
    desk.upload(write(tmp_path / "名册.xlsx", [HEADER, *KNOWN, *NEW]))
    assert "未开始：这次导入还没有确认，什么都没有写入。" in desk.see("done")
    desk.settle_columns()
    preview = desk.preview
    desk.commit()
    page = desk.send("check", {"act": "commit", "preview": preview})
    assert "已完成，时间" in page
    assert "导入完成：新增 2 人" in desk.see("check")
    assert Batch.objects.count() == 1


def test_two_clerks_with_one_file(desk: Desk, house: House, visit: Visit, tmp_path: Path) -> None:
    """D case 30: the slower one is told, and nothing is written twice."""
    add_user(house, "second", "office")
    other = Desk(visit("second"))
    path = write(tmp_path / "名册.xlsx", [HEADER, *KNOWN, *NEW])
    for one in (desk, other):
        one.upload(path).settle_columns()
    desk.commit()
    other.commit()
    day = timezone.localdate()
    batch = Batch.objects.get()
    said = f"这份文件 {day.month}月{day.day}日 已导入（批次 {batch.pk}），内容相同，没有变化。"
    assert said in other.page
    assert "内容和系统里的相同，没有变化，不用导入。" in other.page
    assert Person.objects.filter(staff_no="3001").count() == 1


def test_an_upload_belongs_to_who_brought_it(desk: Desk, house: House, visit: Visit, tmp_path: Path) -> None:
    """Personal data: nobody else opens it, and it goes after a day."""
    desk.upload(write(tmp_path / "名册.xlsx", [HEADER, *KNOWN, *NEW]))
    add_user(house, "second", "office")
    for name in ("columns", "check", "fix", "done"):
        assert visit("second").get(reverse(f"imports:{name}", args=[desk.token])).status_code == 404
    sweep_uploads(timezone.now() + timedelta(days=1, minutes=1))
    assert (Upload.objects.count(), list((tmp_path / "media" / "uploads" / "imports").iterdir())) == (0, [])


def test_backup_leaves_uploads_out(desk: Desk, tmp_path: Path) -> None:
    """No second copy of personal data lies about."""
    desk.upload(write(tmp_path / "名册.xlsx", [HEADER, *KNOWN, *NEW]))
    assert list(_list_files()) == []


def test_put_aside_leaves_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.upload(write(tmp_path / "名册.xlsx", [HEADER, *KNOWN, *NEW]))
    assert "已放弃这次导入，上传的文件已删除，什么都没有写入。" in desk.send("drop", {})
    assert (Upload.objects.count(), list((tmp_path / "media" / "uploads" / "imports").iterdir())) == (0, [])


def test_fix_table_has_the_same_sentence(desk: Desk, tmp_path: Path) -> None:
    """D0.9: the page and the 待改表 say the same."""
    desk.upload(write(tmp_path / "名册.xlsx", [HEADER, *KNOWN, ["3003", "张?", "第一支部", ""]]))
    answer = desk.client.get(reverse("imports:fix", args=[desk.token]))
    path = tmp_path / "待改.xlsx"
    path.write_bytes(answer.content)
    rows = read_workbook(path).sheets[0].rows
    assert rows[0][-1] == "问题"
    assert rows[5][-1] == "「在职党员」第 6 行 B 列（姓名）：“张?”里有丢失的字，导出时可能用了 GBK。请改正这个字。"


def test_every_template_reads_back_as_its_kind(desk: Desk, tmp_path: Path) -> None:
    """K2: 不用删模板里的说明; an empty template asks nothing and holds no line."""
    for kind in open_registry().handlers:
        path = tmp_path / f"{kind}.xlsx"
        path.write_bytes(desk.client.get(reverse("imports:template", args=[kind])).content)
        plan = plan_import("yc", [read_workbook(path)], {}, date(2026, 1, 5))
        account = count_file(plan.files[0])
        assert (account.added, account.blocked, len(account.skipped)) == (0, 0, 1), kind


def test_undo_within_a_day_and_not_later(desk: Desk, house: House, tmp_path: Path) -> None:
    """B8: 24 小时内可以撤销; who undid it stands in the list."""
    desk.upload(write(tmp_path / "名册.xlsx", [HEADER, *KNOWN, *NEW]))
    desk.settle_columns()
    desk.commit()
    batch = Batch.objects.get()
    place = reverse("imports:batch", args=[batch.pk])
    Batch.objects.update(at=batch.at - timedelta(hours=24, minutes=1))
    late = desk.client.post(place)
    assert late.status_code == 409
    assert f"批次 {batch.pk} 导入已超过 24 小时，不能在这里撤销。" in late.content.decode()
    Batch.objects.update(at=batch.at)
    page = desk.client.post(place, follow=True).content.decode()
    assert f"已撤销批次 {batch.pk}（名册.xlsx），数据恢复到导入之前。" in page
    assert not Person.objects.filter(staff_no="3001").exists()
    assert desk.client.post(place).status_code == 409
    assert '已撤销（<span class="name">office</span>）' in desk.client.get(reverse("imports:batches")).content.decode()


def test_undo_is_refused_while_later_work_rests_on_it(desk: Desk, house: House, tmp_path: Path) -> None:
    """D0.7, in words on the page."""
    desk.upload(write(tmp_path / "名册.xlsx", [HEADER, *KNOWN, *NEW]))
    desk.settle_columns()
    desk.commit()
    person = Person.objects.get(staff_no="3001")
    Correction.objects.create(person=person, what="姓名", held="钱一", wanted="钱乙", asked_at=timezone.now())
    answer = desk.client.post(reverse("imports:batch", args=[Batch.objects.get().pk]))
    assert (answer.status_code, "的数据已被后来的 1 条记录用到，不能撤销。" in answer.content.decode()) == (409, True)


def test_office_of_one_branch_does_not_import(house: House, visit: Visit) -> None:
    """A file may speak of any unit: the office of the whole bureau imports."""
    add_user(house, "part", "office", "第一支部")
    assert visit("part").get(reverse("imports:start")).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_batches_asks_the_same_of_the_database(desk: Desk, house: House, count: int) -> None:
    for number in range(count):
        Batch.objects.create(
            bureau_code=house.bureau.code, kind="roster", file_name=f"{number}.xlsx", sha256=str(number) * 64,
            at=timezone.now(), actor="office", outcome={"added": 1, "updated": 0, "unchanged": 0},
        )  # fmt: skip
    with CaptureQueriesContext(connection) as queries:
        desk.client.get(reverse("imports:batches"))
    assert len(queries) == 6


MIXED = [
    ["3101", "钱一", "第一支部", "正式党员"],  # new
    ["3102", "孙 二", "第二支部", "预备党员"],  # new, tidied
    ["3103", "周三", "执法支部", "正式党员"],  # asked: which unit
    ["3104", "吴?", "第一支部", "正式党员"],  # stopped: a lost character
    ["1.13E+10", "郑六", "第二支部", "正式党员"],  # stopped: a rounded number
    ["合计", "7人"],
    [None, None, None, None],
]


@hypothesis_settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(picked=st.lists(st.sampled_from(range(len(MIXED))), unique=True), out=st.sets(st.integers(6, 12), max_size=2))
def test_every_line_is_accounted_for_through_the_page(
    desk: Desk, tmp_path: Path, picked: list[int], out: set[int]
) -> None:
    """D1: committed + skipped + excluded = lines in the file, and the same file again changes nothing."""
    with transaction.atomic():
        path = tmp_path / f"{uuid4().hex}.xlsx"
        desk.upload(write(path, [HEADER, *KNOWN, *(MIXED[index] for index in picked)]))
        desk.settle_columns()
        desk.answer({}, outs=sorted({*desk.outs} & {f"排除:在职党员:{row}" for row in out}))
        if any(key.startswith("单位:") for key in desk.read_asked()):
            desk.answer({"单位:": "第一支部"})
        desk.answer({}, outs=[out for out in desk.outs if out in stopped_lines(desk.page)])
        while any(key.startswith("行:合计") for key in desk.read_asked()):
            key = next(key for key in desk.read_asked() if key.startswith("行:合计"))
            desk.answer({key: re.search(r'value="(按读到的 \d+ 行)"', desk.page)[1]})  # type: ignore[index]
        desk.commit()
        written = Batch.objects.filter(file_name=path.name).first()
        if written is not None:
            counts = written.outcome
            parts = sum(counts[name] for name in ("added", "updated", "unchanged", "skipped", "excluded"))
            assert (counts["rows_in_file"], parts) == (len(KNOWN) + len(trim(picked)), counts["rows_in_file"])
            people = Person.objects.count()
            again = Desk(desk.client).upload(path)
            again.settle_columns()
            again.commit()
            assert Person.objects.count() == people
        else:
            assert "没有变化，不用导入。" in desk.page
        transaction.set_rollback(True)


def trim(picked: list[int]) -> list[int]:
    """Lines the file really has: blank ones at its end are not written."""
    kept = list(picked)
    while kept and kept[-1] == len(MIXED) - 1:
        kept.pop()
    return kept


def stopped_lines(page: str) -> list[str]:
    """The lines that can only be left out: those whose problem stands on the page."""
    return re.findall(r'name="out" value="([^"]+)"><span>排除第', page)
