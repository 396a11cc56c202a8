"""One refusal, three shapes: a page for people, a fragment for htmx, a body for programs."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from shanxue.base.errors import Refusal

FRAGMENT_HEADER = "X-Shanxue-Fragment"


class RefusalMiddleware:
    """Turns ``Refusal`` into an answer with its status. Anything else that is raised stays an error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return show_refusal(request, error) if isinstance(error, Refusal) else None


def show_refusal(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer with the refusal's own sentence, in the shape the asker can read."""
    if request.headers.get("HX-Request") == "true":
        answer = render(request, "web/refusal_fragment.html", {"refusal": refusal}, status=refusal.status)
        answer.headers[FRAGMENT_HEADER] = "1"
        return answer
    if not request.accepts("text/html") and request.accepts("application/json"):
        body = {"code": refusal.code, "sentence": refusal.sentence}
        return JsonResponse(body, status=refusal.status, json_dumps_params={"ensure_ascii": False})
    return render(request, "web/refusal.html", {"refusal": refusal}, status=refusal.status)
