"""Rows of the assessment: records and results here, one module for each part of the room."""

from .ballots import BallotCode, Evaluation, EvaluationMember, EvaluationReading, EvaluationRemark, Urn
from .binding import GateNotice, ListReading
from .proceedings import (
    Amendment,
    Confirmation,
    KeptFacts,
    LateRecord,
    Objection,
    Proceeding,
    ProceedingScheme,
    QuotaCase,
    QuotaDecision,
    StepEntry,
)
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
from .schemes import SchemeDraft, SchemePublication
from .scoring import ScorerShare, SelfScore

__all__ = [
    "Amendment",
    "Appeal",
    "BallotCode",
    "Confirmation",
    "Evaluation",
    "EvaluationMember",
    "EvaluationReading",
    "EvaluationRemark",
    "Event",
    "GateNotice",
    "KeptFacts",
    "LateRecord",
    "ListReading",
    "Objection",
    "PriorResult",
    "Proceeding",
    "ProceedingScheme",
    "QuotaCase",
    "QuotaDecision",
    "Result",
    "ResultLine",
    "ResultReading",
    "Run",
    "SchemeDraft",
    "SchemePublication",
    "SchemeVersion",
    "ScorerShare",
    "SelfScore",
    "StepEntry",
    "Urn",
    "check_one_subject",
]
