"""The one exception the domain refuses with."""

from __future__ import annotations


class Refusal(Exception):
    """A request the rules do not allow, with a stable code and a sentence for the person who asked.

    ``code`` never changes once released (programs rely on it); ``sentence`` is Chinese, says what is wrong and
    what to do next, and is shown as it is on pages, in JSON and on the command line.
    """

    def __init__(self, code: str, sentence: str, *, status: int = 400) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.status = status


def refuse_missing(what: str) -> Refusal:
    """Build the refusal for a row that does not exist or that this actor may not see (the same words for both)."""
    return Refusal("not_found", f"没有找到{what}，或者没有查看它的权限。", status=404)
