"""A clerk at the import pages, for tests."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shanxue.intake.models import Batch
from shanxue.intake.uploads import open_upload
from shanxue.orgs.models import Person
from tests.house import House
from tests.intake.fixtures import write_xlsx

HEADER = ["工号", "姓名", "所在支部", "党籍状态"]
FAULTY = "工号,姓名,所在支部,党籍状态\n3001,钱一,第一支部,预备\n3002,孙?,执法支部,正式党员\n".encode()


KNOWN = [
    ["1001", "张军", "第一支部", "正式党员"],
    ["1002", "李芳", "第一支部", "正式党员"],
    ["1003", "王伟", "第二支部", "正式党员"],
    ["1004", "赵敏", "第二支部", "正式党员"],
]
NEW = [["3001", "钱一", "第一支部", "正式党员"], ["3002", "孙二", "第二支部", "预备党员"]]


def give_real_names(house: House) -> None:
    """张三 and 李四 are what samples are called, and the importer would ask."""
    for number, name, *_rest in KNOWN:
        Person.objects.filter(bureau=house.bureau, staff_no=number).update(name=name)


def keep_roster(house: House) -> str:
    """An upload of the office's with something to settle on it; its token."""
    upload, _refused = open_upload(house.bureau.code, "u-office", [("名册.csv", FAULTY)], at=timezone.now())
    assert upload is not None
    return upload.token


def keep_batch(house: House) -> int:
    return Batch.objects.create(
        bureau_code=house.bureau.code, kind="roster", file_name="名册.xlsx", sha256="1" * 64, at=timezone.now(),
        actor="office", mapping={"answers": {"排除:名册:5": "由office排除", "单位:一支部": "第一支部"}},
        outcome={"rows_in_file": 5, "added": 3, "updated": 1, "unchanged": 0, "skipped": 0, "excluded": 1},
    ).pk  # fmt: skip


def write(path: Path, lines: Sequence[Sequence[Any]], sheet: str = "在职党员") -> Path:
    return write_xlsx(path, {sheet: lines})


class Desk:
    """The pages of one import, as a browser without JavaScript sees them."""

    def __init__(self, client: Client) -> None:
        self.client, self.token, self.page, self.status = client, "", "", 0

    def upload(self, *paths: Path) -> Desk:
        files = [SimpleUploadedFile(path.name, path.read_bytes()) for path in paths]
        answer = self.client.post(reverse("imports:start"), {"tables": files})
        self.status, self.page = answer.status_code, answer.content.decode()
        if answer.status_code == 302:
            self.token = answer.headers["Location"].split("/")[-3]
            self.see("columns")
        return self

    def see(self, name: str, **query: str) -> str:
        answer = self.client.get(reverse(f"imports:{name}", args=[self.token]), query, follow=True)
        self.status, self.page = answer.status_code, answer.content.decode()
        return self.page

    def send(self, name: str, form: Mapping[str, Any]) -> str:
        answer = self.client.post(reverse(f"imports:{name}", args=[self.token]), form, follow=True)
        self.status, self.page = answer.status_code, answer.content.decode()
        return self.page

    def settle_columns(self, **form: Any) -> str:
        """Press 下一步 with every sheet ticked as it is."""
        return self.send("columns", self._read_sheets() | form)

    def _read_sheets(self) -> dict[str, Any]:
        keys = re.findall(r'name="sheet_shown" value="([^"]+)"', self.page)
        ticked = re.findall(r'name="sheet" value="([^"]+)" checked', self.page)
        return {"sheet_shown": keys, "sheet": ticked}

    def read_asked(self) -> dict[str, str]:
        """The questions on the page: the key, and the number of its field."""
        found = re.findall(r'name="k(\d+)" value="([^"]+)"', self.page)
        return {key.replace("&quot;", '"').replace("&#x27;", "'"): number for number, key in found}

    def answer(self, answers: Mapping[str, str], *, outs: Sequence[str] = (), days: Mapping[str, str] = {}) -> str:
        """Answer questions by the beginning of their keys, tick lines, and check again."""
        asked = self.read_asked()
        form: dict[str, Any] = {"act": "check", "out": list(outs), "preview": self.preview}
        for begin, value in answers.items():
            key = next(key for key in asked if key.startswith(begin))
            form |= {f"k{asked[key]}": key, f"a{asked[key]}": value}
            if begin in days:
                form[f"d{asked[key]}"] = days[begin]
        return self.send("check", form)

    @property
    def preview(self) -> str:
        found = re.search(r'name="preview" value="([^"]*)"', self.page)
        return found[1] if found else ""

    def commit(self) -> str:
        return self.send("check", {"act": "commit", "preview": self.preview})

    @property
    def outs(self) -> list[str]:
        return re.findall(r'name="out" value="([^"]+)"', self.page)
