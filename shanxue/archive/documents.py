"""What a package says of itself: the catalogue as .xlsx, a page and a text that need no program but a browser."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

import xlsxwriter

from shanxue.base.volumes import Series, Table

from .rules import COLUMNS, Listed

WIDTHS = (6, 30, 16, 22, 48, 11, 8, 7, 20)


@dataclass(frozen=True)
class Cover:
    """What stands on the first page of a package."""

    bureau: str
    fonds: str
    year: int
    sealed_on: date
    sealed_by: str
    gaps: Sequence[str]
    decision: str
    left_out: Sequence[tuple[str, str]]  # title, reason
    pdf: str  # which program made the PDF/A copies, or that there are none
    head: str  # of the trail

    @property
    def title(self) -> str:
        return f"{self.bureau}{self.year}年度学习档案"

    @property
    def sealed(self) -> str:
        return f"{self.sealed_on.year}年{self.sealed_on.month}月{self.sealed_on.day}日由{self.sealed_by}封卷"


@dataclass(frozen=True)
class Entry:
    """One line of the catalogue with where its files lie in the package."""

    series: Series
    listed: Listed
    files: tuple[str, ...]


def write_catalogue(cover: Cover, entries: Sequence[Entry]) -> bytes:
    """归档文件目录.xlsx: the nine columns of DA/T 22-2015; what is missing or was left out on further sheets."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, options)
    made = {"title": f"{cover.title}归档文件目录", "created": _noon(cover.sealed_on)}
    book.set_properties(made)
    title = book.add_format({"bold": True, "font_size": 14, "align": "center"})
    head = book.add_format({"bold": True, "border": 1, "bg_color": "#E7ECF3", "align": "center", "valign": "vcenter"})
    cell = book.add_format({"border": 1, "text_wrap": True, "valign": "vcenter", "num_format": "@"})
    sheet = book.add_worksheet("归档文件目录")
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, 2)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    sheet.merge_range(0, 0, 0, len(COLUMNS) - 1, f"{cover.title}归档文件目录", title)
    sheet.write_string(1, 0, f"全宗号 {cover.fonds}　年度 {cover.year}　{cover.sealed}。{_say_gaps(cover)}")
    for column, (name, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(2, column, name, head)
    for order, entry in enumerate(entries, 1):
        for column, text in enumerate(entry.listed.write(order)):
            sheet.write_string(order + 2, column, text, cell)
    sheet.freeze_panes(3, 0)
    if cover.gaps:
        rows = [(sentence,) for sentence in cover.gaps]
        _write_sheet(book, "缺件", ("缺什么",), [*rows, (f"带缺件封卷的决定：{cover.decision}",)], head, cell)
    if cover.left_out:
        _write_sheet(book, "不归档", ("题名", "原因"), cover.left_out, head, cell)
    book.close()
    return buffer.getvalue()


def _noon(day: date) -> object:
    from datetime import datetime

    return datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001 - a workbook knows no zones


def _write_sheet(  # type: ignore[no-untyped-def]
    book, name: str, head: Sequence[str], rows: Iterable[Sequence[str]], bold, cell
) -> None:
    sheet = book.add_worksheet(name)
    sheet.set_column(0, len(head) - 1, 60)
    for column, text in enumerate(head):
        sheet.write_string(0, column, text, bold)
    for line, row in enumerate(rows, 1):
        for column, text in enumerate(row):
            sheet.write_string(line, column, text, cell)


def _say_gaps(cover: Cover) -> str:
    return f"封卷时有 {len(cover.gaps)} 处缺件，见“缺件”一页。" if cover.gaps else "检查时没有缺件。"


PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font-family:"Songti SC",SimSun,serif;line-height:1.6;max-width:72rem;margin:2rem auto;padding:0 1rem}}
table{{border-collapse:collapse;width:100%}}th,td{{border:1px solid #888;padding:.3rem .5rem;text-align:left}}
th{{background:#eef1f6}}</style></head><body>
<h1>{title}</h1>
<p>全宗号 {fonds}　{sealed}。{gaps}</p>
<p>目录的电子表格是<a href="归档文件目录.xlsx">归档文件目录.xlsx</a>。
怎样阅读和验证见<a href="说明.txt">说明.txt</a>。</p>
{missing}<table><thead><tr>{head}<th>文件</th></tr></thead><tbody>
{rows}</tbody></table>
<h2>记录</h2><p>每类记录有 CSV 和 JSON Lines 两份，字段说明在同名的 schema.json 里。</p>
<ul>{tables}</ul></body></html>
"""


def write_index(cover: Cover, entries: Sequence[Entry], tables: Sequence[Table]) -> bytes:
    """index.html: the catalogue with a link to every file, for any browser, without a network."""
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in entry.listed.write(order))
        + "<td>" + " ".join(f'<a href="{escape(name)}">{escape(name.rsplit("/")[-1])}</a>' for name in entry.files)
        + "</td></tr>\n"
        for order, entry in enumerate(entries, 1)
    )  # fmt: skip
    missing = "".join(f"<li>{escape(sentence)}</li>" for sentence in cover.gaps)
    if missing:
        missing = f"<h2>缺件</h2><ul>{missing}</ul><p>带缺件封卷的决定：{escape(cover.decision)}</p>\n"
    links = "".join(
        f'<li>{escape(table.title)}：<a href="记录/{table.name}.csv">{table.name}.csv</a> '
        f'<a href="记录/{table.name}.jsonl">{table.name}.jsonl</a></li>'
        for table in tables
    )
    head = "".join(f"<th>{name}</th>" for name in COLUMNS)
    page = PAGE.format(
        title=escape(cover.title), fonds=escape(cover.fonds), sealed=escape(cover.sealed), gaps=_say_gaps(cover),
        missing=missing, head=head, rows=rows, tables=links,
    )  # fmt: skip
    return page.encode()


READ_ME = """{title}

{sealed}。全宗号 {fonds}。{gaps}
不需要善学程序，用浏览器、表格软件和文字处理软件就能读。先打开 index.html。

一、里面有什么
  index.html            目录，点文件名打开文件
  归档文件目录.xlsx     归档文件目录，九栏（DA/T 22-2015）
  文件/档号/            每件一个文件夹：文书是 .docx，{pdf}
  记录/                 每类记录一份 CSV、一份 JSON Lines、一份字段说明（schema.json）
                        CSV 是 UTF-8 编码，带 BOM，表格软件直接打开不乱码；空格表示没有数据，不是零。
                        单元格按原样保存，以 = + - @ 开头的不要当作公式。
  留痕/                 谁在什么时候做了什么，一条接一条；链头和验证方法
档号的写法：全宗号-WS·年度-保管期限-问题代码-件号。保管期限 Y 永久、D30 30年、D10 10年；
问题代码 XXQK 学习情况、DYPX 党员培训、XXKQ 学习考勤、QKTB 情况通报。

二、怎样验证没有被改动
  这是一个 BagIt 包（RFC 8493）。manifest-sha256.txt 写着每个文件的 SHA-256。
  在这个文件夹里执行：sha256sum -c manifest-sha256.txt 和 sha256sum -c tagmanifest-sha256.txt
  （Windows：certutil -hashfile 文件名 SHA256，和清单里的比）。有善学时：shanxue verify-bag 包的路径
  留痕怎样验证，见 留痕/验证方法.txt。封卷时的链头：{head}

三、没有归档的
{left_out}
四、个人信息
  归档保管期限和个人信息的保存期限是两件事：这里只有结果、考勤、目录和记录，没有写给书记看的笔记正文，
  没有请假的说明文字；测试有各人的题目和顺序，没有作答。使用时按单位的保密和个人信息保护规定。
"""


def write_read_me(cover: Cover) -> bytes:
    left_out = "".join(f"  {title}：{reason}\n" for title, reason in cover.left_out) or "  没有。\n"
    gaps = _say_gaps(cover)
    if cover.gaps:
        listed = "".join(f"\n  · {sentence}" for sentence in cover.gaps)
        gaps = f"封卷时有 {len(cover.gaps)} 处缺件，经决定仍予封卷（{cover.decision}）：{listed}"
    text = READ_ME.format(
        title=cover.title, sealed=cover.sealed, fonds=cover.fonds, gaps=gaps, pdf=cover.pdf, head=cover.head,
        left_out=left_out,
    )  # fmt: skip
    return text.replace("\n", "\r\n").encode("utf-8-sig")  # so that Notepad of every age reads it


TRAIL_METHOD = """留痕怎样验证

留痕.jsonl 每行一条，是一个 JSON 数组：
  [链名, 序号, 时间（UTC）, 谁, 做了什么, 对什么, 细节, 上一条的校验值]
一行（不含换行）的 SHA-256，就是下一行最后一项“上一条的校验值”。改动、删除、插入任何一行，后面就接不上。
链头.json 写着这一段从哪一条之后开始（after_seq、previous_hash）、到哪一条为止（seq、hash）。
用 audit.switch_algorithm 换过算法的，从下一条起用新算法（sm3 即 GB/T 32905）。

有 Python 3 的机器上，把下面几行存成 verify.py，放在这个文件夹里运行：

import hashlib, json
head = json.load(open("链头.json", encoding="utf-8"))
previous, algorithm, seq = head["previous_hash"] or "0" * 64, head["first_algorithm"], head["after_seq"]
for line in open("留痕.jsonl", "rb"):
    line = line.rstrip(b"\\n")
    entry = json.loads(line)
    if entry[1] != seq + 1 or entry[7] != previous:
        raise SystemExit("第 %d 条接不上" % (seq + 1))
    previous, seq = hashlib.new(algorithm, line).hexdigest(), entry[1]
    if entry[4] == "audit.switch_algorithm":
        algorithm = entry[6]["algorithm"]
print("完整" if (seq, previous) == (head["seq"], head["hash"]) else "最后一条和链头不同")
"""
