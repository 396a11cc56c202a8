"""Reading a spreadsheet: the kind of file is told by its content, never by its extension (ux D0, cases 1, 2, 9, 29)."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from pathlib import Path
from typing import Literal

from shanxue.intake.reading_limits import MAX_FILE_BYTES, Deadline, refuse, refuse_broken
from shanxue.intake.reading_text import UNREADABLE, read_text
from shanxue.intake.reading_xls import OLE_MAGIC, list_streams, read_xls
from shanxue.intake.reading_xlsx import PASSWORD, read_xlsx
from shanxue.intake.rules import Sheet, Workbook

Format = Literal["xlsx", "xls", "csv"]
EXTENSIONS = (".xlsx", ".xls", ".xlsm", ".csv", ".txt", ".tsv", ".et")
IMAGE = "这是图片，不能读取名单。请用“点名”录入，或上传电子表。"
WEB_PAGE = "这是网页另存的表，请在 WPS 里另存为 .xlsx。"
_IMAGES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
_CONTENTS = {
    "xlsx": "内容是 .xlsx，已按 .xlsx 读取。",
    "xls": "内容是旧版 .xls，已按 .xls 读取。",
    "csv": "内容是文本，已按文本表读取。",
}


def is_leftover(path: Path) -> bool:
    """Tell the lock files (~$名册.xlsx) and hidden files that lie beside spreadsheets and are none."""
    return path.name.startswith(("~$", ".~", "._", "."))


def list_spreadsheets(folder: Path) -> list[Path]:
    """List the spreadsheets of a folder in the order of their names, leftovers left out."""
    found = (path for path in folder.iterdir() if path.is_file() and path.suffix.lower() in EXTENSIONS)
    return sorted(path for path in found if not is_leftover(path))


def read_workbook(path: Path) -> Workbook:
    """Read a file's sheets as values. Raises ``Refusal`` with the sentence for the clerk; nothing is half-read."""
    if is_leftover(path):
        raise refuse("leftover", f"“{path.name}”是打开表格时留下的临时文件，不是表格。")
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise refuse(
            "too_large",
            f"文件有 {size / 1024 / 1024:.1f} MB，超过 {MAX_FILE_BYTES // 1024 // 1024} MB。请分成几个文件后再传。",
        )
    if size == 0:
        raise refuse("empty", "文件是空的，没有内容。")
    deadline = Deadline()
    data = path.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    kind, notes = recognise(path, data)
    encoding, epoch_1904 = "", False
    if kind == "csv":
        sheet, encoding = read_text(data, path.stem)
        sheets: list[Sheet] = [sheet]
    elif kind == "xls":
        sheets, epoch_1904 = read_xls(data, sha256, deadline)
    else:
        sheets, epoch_1904 = read_xlsx(data, sha256, deadline)
    return Workbook(path.name, sha256, kind, tuple(sheets), epoch_1904, encoding, tuple(notes))


def recognise(path: Path, data: bytes) -> tuple[Format, list[str]]:
    """Tell the format by content; the notes say where the extension says something else."""
    extension = path.suffix.lower()
    if data[:4] == b"PK\x03\x04":
        kind, notes = _recognise_zip(data)
    else:
        if extension == ".et":
            raise refuse("et", ".et 是 WPS 表格格式，请另存为 .xlsx。")
        kind, notes = _recognise_bytes(data), []
    fits = {"xlsx": (".xlsx", ".xlsm"), "xls": (".xls",), "csv": (".csv", ".txt", ".tsv")}[kind]
    if extension not in fits:
        notes.insert(0, f"扩展名是 {extension or '空的'}，{_CONTENTS[kind]}")
    return kind, notes


def _recognise_zip(data: bytes) -> tuple[Format, list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {name.lstrip("/").lower() for name in archive.namelist()}
            encrypted = any(part.flag_bits & 1 for part in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise refuse_broken() from error
    if encrypted:
        raise refuse("password", PASSWORD)
    if "xl/workbook.xml" in names:
        return "xlsx", ["这个文件带宏，宏不会运行，只读取数据。"] if "xl/vbaproject.bin" in names else []
    if "xl/workbook.bin" in names:
        raise refuse("format", "这是 .xlsb 二进制表格，请在 WPS 里另存为 .xlsx。")
    if "word/document.xml" in names:
        raise refuse("format", "这是文字文档，不是表格。请把表复制到 WPS 表格里，另存为 .xlsx 再传。")
    if "content.xml" in names:
        raise refuse("format", "这是 .ods 表格，请另存为 .xlsx。")
    raise refuse("format", "这是压缩包，不是表格。请解压后上传里面的 .xlsx。")


def _recognise_bytes(data: bytes) -> Format:
    if data.startswith(OLE_MAGIC):
        streams = list_streams(data)
        if "EncryptedPackage" in streams:
            raise refuse("password", PASSWORD)
        if "Workbook" not in streams and "Book" not in streams:
            raise refuse("format", "这个文件里没有工作表。请在 WPS 里另存为 .xlsx 再传。")
        return "xls"
    if data.startswith(_IMAGES) or data[8:12] == b"WEBP" or data[4:12] in (b"ftypheic", b"ftypmif1"):
        raise refuse("image", IMAGE)
    if data[:2] == b"PK" or data.startswith((b"Rar!", b"7z\xbc\xaf")):
        raise refuse("format", "这是压缩包，不是表格。请解压后上传里面的 .xlsx。")
    _refuse_markup(data)
    if data[:2] in (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00"):
        raise refuse("format", "这是很旧的 .xls 格式，请在 WPS 里另存为 .xlsx。")
    if b"\x00" in data[:4000] and not data.startswith((b"\xff\xfe", b"\xfe\xff")) and data[:4000].count(0) < 3:
        raise refuse("encoding", UNREADABLE)
    return "csv"


def _refuse_markup(data: bytes) -> None:
    head = data[:4000].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if re.match(
        rb"(<!--.*?-->\s*)?<(!doctype html|html|head|meta|table|body|style|div)", head, re.DOTALL
    ) or head.startswith((b"mime-version:", b"message-id:")):
        raise refuse("web_page", WEB_PAGE)
    if head.startswith(b"<?xml"):
        if b"<html" in head or b"doctype html" in head:
            raise refuse("web_page", WEB_PAGE)
        raise refuse("format", "这是 XML 表格，请在 WPS 里另存为 .xlsx。")
