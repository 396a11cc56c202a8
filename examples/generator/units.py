"""The bureau's units: fourteen departments and twenty-six branches."""

from __future__ import annotations

from dataclasses import dataclass

CITY = "云川市"
BUREAU = "云川市城市管理局"
COMMITTEE = "中共云川市城市管理局党组"

DEPARTMENTS = (
    "办公室",
    "组织人事处",
    "机关党委办公室",
    "政策法规处",
    "计划财务处",
    "市容管理处",
    "环境卫生管理处",
    "户外广告管理处",
    "市政公用处",
    "数字化城管中心",
    "城管执法支队",
    "环卫作业中心",
    "停车管理中心",
    "渣土管理站",
)

NUMERALS = "一二三四五六七八"


@dataclass(frozen=True)
class Branch:
    """``style`` is how its secretary keeps the attendance: matrix, long, signin, dingtalk, csv."""

    name: str
    other_names: tuple[str, str]  # how two other tables write it
    departments: tuple[str, ...]
    size: int
    style: str

    @property
    def full_name(self) -> str:
        return f"中共{BUREAU}{self.name}委员会"


def _name_branch(before: str, numeral: str, after: str = "支部") -> tuple[str, tuple[str, str]]:
    name = f"{before}第{numeral}{after}"
    return name, (f"{before}{numeral}{after}", f"{before}第{numeral}党支部")


def list_branches() -> tuple[Branch, ...]:
    """List the branches in the order in which the bureau writes them."""
    found: list[Branch] = []
    offices = (
        ("办公室",),
        ("组织人事处", "机关党委办公室"),
        ("政策法规处",),
        ("计划财务处",),
        ("市容管理处",),
        ("环境卫生管理处",),
        ("户外广告管理处",),
        ("市政公用处",),
    )
    for numeral, departments in zip(NUMERALS, offices, strict=True):
        name, others = _name_branch("机关", numeral)
        style = "signin" if numeral in "一二" else "long"
        found.append(Branch(name, others, departments, 27 if numeral == "一" else 22, style))
    for numeral in NUMERALS[:2]:
        name, others = _name_branch("数字城管", numeral)
        found.append(Branch(name, others, ("数字化城管中心",), 21, "dingtalk"))
    for numeral in NUMERALS:
        name = f"执法{numeral}大队支部"
        others = (f"执法{numeral}大队党支部", f"执法第{numeral}大队支部")
        found.append(Branch(name, others, ("城管执法支队",), 26, "matrix"))
    for numeral in NUMERALS[:4]:
        name, others = _name_branch("环卫", numeral)
        found.append(Branch(name, others, ("环卫作业中心",), 26, "csv" if numeral == "四" else "long"))
    for numeral in NUMERALS[:2]:
        name, others = _name_branch("停车管理", numeral)
        found.append(Branch(name, others, ("停车管理中心",), 24, "long" if numeral == "一" else "matrix"))
    found.append(Branch("渣土站支部", ("渣土站党支部", "渣土站支部委员会"), ("渣土管理站",), 14, "long"))
    found.append(Branch("离退休支部", ("离退休党支部", "老干部支部"), ("机关党委办公室",), 23, "long"))
    return tuple(found)


BRANCHES = list_branches()
RETIRED = len(BRANCHES) - 1
