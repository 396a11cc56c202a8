"""Rows of the assessment: records and results here, one module for each part of the room."""

from .ballots import BallotCode, Evaluation, EvaluationMember, EvaluationReading, EvaluationRemark, Urn
from .binding import GateNotice, ListReading
from .results import (
    Appeal,
    Event,
    PriorResult,
    Result,
    ResultLine,
    ResultReading,
    Run,
    SchemeVersion,
    check_one_subject,
)
from .scoring import SelfScore

__all__ = [
    "Appeal",
    "BallotCode",
    "Evaluation",
    "EvaluationMember",
    "EvaluationReading",
    "EvaluationRemark",
    "Event",
    "GateNotice",
    "ListReading",
    "PriorResult",
    "Result",
    "ResultLine",
    "ResultReading",
    "Run",
    "SchemeVersion",
    "SelfScore",
    "Urn",
    "check_one_subject",
]
