"""The same expressions on Spark, for a province that outgrows one machine. An extra: ``uv sync --extra spark``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from shanxue.base.errors import Refusal


def open_spark() -> Callable[[pl.LazyFrame], Any]:
    """Start or join a Spark session and return what puts a table into it. Raises ``Refusal`` when Spark is absent."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise Refusal(
            "spark_missing", "这台机器没有安装 Spark。请执行 uv sync --extra spark 安装，或者去掉 --engine spark。"
        ) from error
    session = (
        SparkSession.builder.appName("shanxue")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    return lambda frame: session.createDataFrame(frame.collect().to_arrow())
