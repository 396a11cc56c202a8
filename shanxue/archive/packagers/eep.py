"""电子文件封装包 (EEP, DA/T 48-2009): one XML for each 件, its files inside, unsigned and saying so.

The house holds no certificate of an electronic signature, so the signature block names none: whoever hands the
package over signs it with their own.
"""

from __future__ import annotations

import base64
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape

from ..bag import MOMENT
from ..models import ArchiveYear, SealedPiece

NAME = "电子文件封装包"
TITLE = "电子文件封装包（XML，DA/T 48-2009，未签名）"
NAMESPACE = "http://www.saac.gov.cn/standards/ERM/encapsulation"
DESCRIPTION = "本EEP根据中华人民共和国档案行业标准DA/T 48-2009《基于XML的电子文件封装规范》生成"
UNSIGNED = "未签名。本系统不持有电子签名证书，由移交单位在移交时签名。"
LINE = 57 * 1024  # bytes encoded at a time; a multiple of 3, so that the pieces join


def open_package(archive: ArchiveYear, path: Path) -> BinaryIO:
    """Write one XML for each 件 into a zip; the same sealed package gives the same bytes."""
    target = tempfile.TemporaryFile()  # noqa: SIM115 - handed on, and gone when it is closed
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        top = source.namelist()[0].split("/")[0]
        for piece in archive.pieces.order_by("position"):
            info = zipfile.ZipInfo(f"{piece.code}.xml", MOMENT)
            info.compress_type = zipfile.ZIP_DEFLATED
            with made.open(info, "w") as file:
                for part in list_parts(archive, piece, source, top):
                    file.write(part.encode())
    target.seek(0)
    return target


def list_parts(archive: ArchiveYear, piece: SealedPiece, source: zipfile.ZipFile, top: str) -> Iterator[str]:
    """The XML of one 件 in pieces, files last, so that no file stands in memory twice."""
    assert archive.sealed_at is not None
    moment = archive.sealed_at.isoformat(timespec="seconds")
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<电子文件封装包 xmlns="{NAMESPACE}">\n'
    yield f"<封装包格式描述>{DESCRIPTION}</封装包格式描述>\n<版本>2009</版本>\n"
    yield '<被签名对象 eep版本="2009">\n<封装包类型>原始型</封装包类型>\n'
    yield "<封装包类型描述>本封装包包含电子文件数据及其元数据，原始封装，未经修改</封装包类型描述>\n"
    yield f"<封装包创建时间>{moment}</封装包创建时间>\n"
    yield f"<封装包创建单位>{escape(archive.bureau.name)}</封装包创建单位>\n<封装内容>\n<文件实体块>\n<文件实体>\n"
    yield "<聚合层次>文件</聚合层次>\n<来源>"
    yield _write("全宗名称", archive.bureau.name) + _write("立档单位名称", archive.bureau.name) + "</来源>\n<内容描述>"
    yield _write("题名", piece.title) + _write("年度", str(archive.year)) + _write("保管期限", piece.retention)
    yield _write("档号", piece.code) + _write("分类号", piece.code.split("-")[-2]) + _write("文号", piece.number)
    yield _write("责任者", piece.responsible) + _write("日期", f"{piece.on:%Y%m%d}" if piece.on else "")
    yield _write("密级", piece.secrecy) + "</内容描述>\n<文件数据>\n"
    for number, name in enumerate(piece.files, 1):
        yield f"<文档><文档序号>{number}</文档序号>" + _write("文件名", name.rsplit("/", 1)[-1])
        yield "<编码><编码描述>base64</编码描述><编码数据>"
        with source.open(f"{top}/data/{name}") as file:
            while block := file.read(LINE):
                yield base64.b64encode(block).decode()
        yield "</编码数据></编码></文档>\n"
    yield "</文件数据>\n</文件实体>\n</文件实体块>\n<业务实体块><业务实体>"
    yield _write("业务行为", "封卷归档") + _write("行为时间", moment) + _write("机构人员名称", archive.sealed_by)
    yield "</业务实体></业务实体块>\n<机构人员实体块><机构人员实体>"
    yield _write("机构人员类型", "单位") + _write("机构人员名称", archive.bureau.name)
    yield "</机构人员实体></机构人员实体块>\n</封装内容>\n</被签名对象>\n"
    yield f"<电子签名><签名规则>{UNSIGNED}</签名规则><签名结果/></电子签名>\n</电子文件封装包>\n"


def _write(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"
