"""``shanxue open-admins``: the first three administrators, made where the machine stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from shanxue.base.errors import Refusal

from .actions.administering import open_administrators
from .models import Bureau

COMMAND_LINE = "命令行"


def open_admins(code: str, name: str, *, at: datetime) -> Iterator[str]:
    """Make the three accounts and tell their one-time passwords, line by line; a new bureau needs its name."""
    with transaction.atomic():
        bureau = Bureau.objects.filter(code=code).first()
        if bureau is None and not name:
            raise Refusal("no_bureau", f"还没有代码为“{code}”的单位。第一次开通时用 --name 写明单位名称。")
        bureau = bureau or Bureau.objects.create(code=code, name=name)
        made = open_administrators(bureau, actor=COMMAND_LINE, at=at)
    yield f"{bureau.name}的管理账号（口令只显示这一次，第一次登录后要改成自己的）："
    for username, title, password in made:
        yield f"  {title}  登录名 {username}  口令 {password}"
    yield "请分别交给三个人。系统管理员开通账号，安全管理员授权，审计管理员查看变动。"
