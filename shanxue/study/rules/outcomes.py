"""How far an outcome of study has come (D14). Pure."""

from __future__ import annotations

from datetime import date

from . import OutcomeState


def judge_outcome(adopted_as: str, adopted_on: date | None, evidence: str) -> OutcomeState:
    """Say how far an outcome has come by what is written of it; recognising it is the office's own act.

    Raises ValueError with a sentence when a step is left out.
    """
    if bool(adopted_as) != (adopted_on is not None):
        raise ValueError("采纳的措施和采纳日期要一起写。")
    if evidence and not adopted_as:
        raise ValueError("先写采纳的措施和日期，再写见效的依据。")
    if evidence:
        return OutcomeState.EVIDENCED
    return OutcomeState.ADOPTED if adopted_as else OutcomeState.RESEARCH
