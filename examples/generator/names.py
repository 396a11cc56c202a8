"""Invented names, put together from common parts."""

from __future__ import annotations

from .draw import draw, is_drawn, pick

SURNAMES = list(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
FIRST = list("建国文海晓秀丽雪玉美俊永明家子思雨佳欣嘉梓浩天宇泽景若云书承砚")
SECOND = list("华平英芳林红梅玲霞琴萍波辉鹏飞宁轩涵怡彤阳禾岚舟远川穗")
SINGLE = list("敏静磊洋勇艳杰娟涛超霞刚彬岩蓉倩")


def make_name(number: int, taken: set[str]) -> str:
    """Make the name of the person with this running number; never one that is taken."""
    attempt = 0
    while True:
        surname = pick(SURNAMES, "surname", number, attempt)
        if is_drawn(22, "single", number, attempt):
            name = surname + pick(SINGLE, "one", number, attempt)
        else:
            name = (
                surname + pick(FIRST, "first", number, attempt) + SECOND[draw(len(SECOND), "second", number, attempt)]
            )
        attempt += 1
        if name not in taken:
            taken.add(name)
            return name
