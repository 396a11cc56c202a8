"""Question banks as Word documents (ux D2; offices §2: 题库 arrives as Word)."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st

from shanxue.base.errors import Refusal
from shanxue.exams.reading import read_bank
from shanxue.exams.rules.lines import Line, read_lines
from shanxue.exams.rules.questions import Entry, Reading, finish_reading
from shanxue.intake.reading_word import read_word

BANK = """党章知识题库
一、单选题（每题2分）
1. 党的最高理想和最终目标是（ D ）。
A. 甲  B. 乙
C、丙	D．丁
出处：党章总纲
2、申请入党的年龄是（  ）
A.16岁B.18岁C.20岁
答案：B 解析：党章第一条写明。
年满十八岁。
二、多选题
1．党员的权利有__ACD___。
A 参加会议
B 免缴党费
C 参加讨论
D 提出建议
三、判断题
1. 预备期为一年。（√）
2. 预备期可以不计（ 错 ）
四、填空题
1. 一大在__上海__召开，时间是__1921__年。
2. 有____个意识。
【答案】4或四
【解析】略
"""


def read(text: str, excluded: frozenset[str] = frozenset()) -> Reading:
    lines = [Line(number, line) for number, line in enumerate(text.splitlines(), 1)]
    return finish_reading(read_lines(lines, "党章.docx", "党章"), excluded)


def show(entry: Entry) -> tuple[str, str, tuple[str, ...], object]:
    assert entry.draft is not None, entry.problems
    return str(entry.draft.kind), entry.draft.stem, entry.draft.options, entry.draft.answer


def test_a_whole_bank_as_offices_write_it() -> None:
    reading = read(BANK)
    assert reading.blocked == []
    assert [show(entry) for entry in reading.drafts] == [
        ("单选题", "党的最高理想和最终目标是（\u3000\u3000）。", ("甲", "乙", "丙", "丁"), ["D"]),
        ("单选题", "申请入党的年龄是（\u3000\u3000）", ("16岁", "18岁", "20岁"), ["B"]),
        ("多选题", "党员的权利有____。", ("参加会议", "免缴党费", "参加讨论", "提出建议"), ["A", "C", "D"]),
        ("判断题", "预备期为一年。（\u3000\u3000）", ("正确", "错误"), ["A"]),
        ("判断题", "预备期可以不计（\u3000\u3000）", ("正确", "错误"), ["B"]),
        ("填空题", "一大在____召开，时间是____年。", (), [["上海"], ["1921"]]),
        ("填空题", "有____个意识。", (), [["4或四", "4", "四"]]),
    ]
    drafts = [entry.draft for entry in reading.drafts]
    assert drafts[0] is not None
    assert drafts[0].source == "党章总纲"
    assert drafts[1] is not None
    assert drafts[1].analysis == "党章第一条写明。\n年满十八岁。"
    assert sum(len(entry.rows) for entry in reading.entries) == reading.line_count == len(BANK.splitlines())


def test_numbers_of_another_shape_inside_a_question_belong_to_it() -> None:
    text = "（1）下列哪几项正确？\n①甲\n②乙\nA.①\nB.①②\n答案：B\n（2）1.5 等于几分之几？\nA.3/2\nB.1/2\n答案：A"
    assert [show(entry)[1:] for entry in read(text).drafts] == [
        ("下列哪几项正确？\n①甲\n②乙", ("①", "①②"), ["B"]),
        ("1.5 等于几分之几？", ("3/2", "1/2"), ["A"]),
    ]


def test_a_question_without_an_answer_names_its_number_and_paragraph() -> None:
    reading = read("1. 甲（  ）\nA.一\nB.二")
    assert [entry.problems for entry in reading.blocked] == [
        ("「党章.docx」第 1 题（第 1 段）答案：没有答案。请补上答案，或者排除这一题。",)
    ]
    assert read("1. 甲（  ）\nA.一\nB.二", frozenset([reading.blocked[0].key])).blocked == []


def test_a_list_of_answers_at_the_end_is_told() -> None:
    reading = read("1. 甲（ ）\nA.一\nB.二\n参考答案\n1.A")
    assert reading.blocked[-1].problems == (
        "「党章.docx」第 4 段：答案集中写在文末，对不上每一题。请把答案写在各题下面（例如“答案：A”），或者排除这一段。",
    )


@given(
    st.lists(
        st.sampled_from(BANK.splitlines() + ["", "参考答案", "（2）子题", "（ A ）", "____", "答案：", "A."]),
        max_size=25,
    )
)
@settings(max_examples=150, deadline=None)
def test_no_line_is_dropped_silently(lines: list[str]) -> None:
    reading = read("\n".join(lines) + "\n")
    seen = sorted(row for entry in reading.entries for row in entry.rows)
    assert seen == list(range(1, reading.line_count + 1))


def save(document: Document, path: Path) -> Path:  # type: ignore[valid-type]
    document.save(str(path))  # type: ignore[attr-defined]
    return path


def make_png() -> io.BytesIO:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\x00\x00")) + chunk(b"IEND", b""))


def test_a_real_document_with_underlines_breaks_tables_and_deleted_text(tmp_path: Path) -> None:
    document = Document()
    paragraph = document.add_paragraph("1. 党员的权利有")
    for text in ("  A", "C "):
        paragraph.add_run(text).underline = True
    paragraph.add_run("。").add_break()
    paragraph.add_run("A.参加会议\tB.免缴党费").add_break()
    paragraph.add_run("C.提出建议")
    paragraph._p.append(parse_xml(f'<w:del {nsdecls("w")} w:id="1"><w:r><w:delText>旧字</w:delText></w:r></w:del>'))
    paragraph._p.append(parse_xml(f'<w:ins {nsdecls("w")} w:id="2"><w:r><w:t>和倡议</w:t></w:r></w:ins>'))
    table = document.add_table(rows=2, cols=3)
    for row, texts in enumerate((("题目", "题型", "答案"), ("地球是圆的", "判断题", "√"))):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    reading = read_bank(save(document, tmp_path / "题.docx"), "题.docx", "常识")
    assert [show(entry) for entry in reading.drafts] == [
        ("多选题", "党员的权利有____。", ("参加会议", "免缴党费", "提出建议和倡议"), ["A", "C"]),
        ("判断题", "地球是圆的", ("正确", "错误"), ["A"]),
    ]


def test_numbers_that_word_counts_itself_are_read(tmp_path: Path) -> None:
    """Stems and options of a numbered list carry no number in their text."""
    document = Document()
    for text, style in (("甲是（ B ）", "List Number"), ("乙是（ A ）", "List Number")):
        document.add_paragraph(text, style)
        for option in ("A.一", "B.二"):
            document.add_paragraph(option)
    file = read_word("题.docx", save(document, tmp_path / "a.docx").read_bytes())
    assert [line.text for line in file.lines][::3] == ["1. 甲是（ B ）", "2. 乙是（ A ）"]
    assert len(read_bank(tmp_path / "a.docx", "题.docx", "甲").drafts) == 2


def test_pictures_and_formulas_are_told(tmp_path: Path) -> None:
    document = Document()
    for number in range(1, 12):
        document.add_paragraph(f"{number}. 第{number}句对（√）")
    document.add_paragraph("12. 图中是（√）").add_run().add_picture(make_png())
    document.add_paragraph("13. 式子对（√）")._p.append(
        parse_xml('<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"/>')
    )
    reading = read_bank(save(document, tmp_path / "图.docx"), "图.docx", "甲")
    assert [entry.problems for entry in reading.blocked] == [
        ("「图.docx」第 12 题（第 12 段）：第 12 题含图片，不能读取。请把内容改写成文字后再传，或者排除这一题。",),
        ("「图.docx」第 13 题（第 13 段）：第 13 题含公式，不能读取。请把内容改写成文字后再传，或者排除这一题。",),
    ]


def refuse(path: Path) -> str:
    with pytest.raises(Refusal) as refused:
        read_bank(path, path.name, "")
    return refused.value.sentence


def pack(path: Path, **parts: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), body)
    return path


BROKEN = "这个文档已损坏，读不出来。请在 WPS 里打开后另存为 .docx 再传。"


def test_broken_and_hostile_documents(tmp_path: Path) -> None:
    """ux D case 29: each state has its sentence, nothing is half-read."""
    whole = save(Document(), tmp_path / "全.docx").read_bytes()
    (tmp_path / "断.docx").write_bytes(whole[: len(whole) // 2])
    assert refuse(tmp_path / "断.docx") == BROKEN
    assert refuse(pack(tmp_path / "空.docx", word__document_xml=b"<a/>")) == BROKEN
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'
    hostile = pack(tmp_path / "炸.docx", word__document_xml=bomb)
    assert refuse(hostile) == "这个文件的内容不正常，已停止读取。请在 WPS 里另存为 .docx 再传。"
    huge = pack(tmp_path / "大.docx", word__document_xml=b" " * (201 * 1024 * 1024))
    assert refuse(huge) == "这个文件解压后超过 200 MB，已停止读取。"
    (tmp_path / "无.docx").write_bytes(b"")
    assert refuse(tmp_path / "无.docx") == "文件是空的，没有内容。"


def test_an_old_document_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "旧.doc").write_bytes(make_ole("WordDocument"))
    assert refuse(tmp_path / "旧.doc") == "这是旧版 .doc 文档，不能读取。请在 WPS 里另存为 .docx 再传。"
    (tmp_path / "密.docx").write_bytes(make_ole("EncryptedPackage"))
    assert refuse(tmp_path / "密.docx") == "这个文件设了密码，去掉密码后再传。"


def make_ole(stream: str) -> bytes:
    """A compound file that holds nothing but the name of one stream."""
    name = stream.encode("utf-16-le")
    entry = name.ljust(64, b"\x00") + struct.pack("<H", len(name) + 2) + b"\x02" + b"\x01" + b"\xff" * 12
    root_name = "Root Entry".encode("utf-16-le")
    root = root_name.ljust(64, b"\x00") + struct.pack("<H", len(root_name) + 2) + b"\x05\x01" + b"\xff" * 8
    root += struct.pack("<I", 1)
    directory = (root.ljust(128, b"\x00") + entry.ljust(128, b"\x00")).ljust(512, b"\x00")
    fat = struct.pack("<128i", -3, -2, *([-1] * 126))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\x00" * 6
    head += struct.pack("<IIiIIiIiI", 0, 1, 1, 0, 4096, -2, 0, -2, 0) + struct.pack("<109i", 0, *([-1] * 108))
    return head + fat + directory
