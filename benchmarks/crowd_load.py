"""The crowd's phones and the secretaries' devices: keep-alive connections to 127.0.0.1, in a process of their own.

Reads a plan as JSON from standard input, writes what was measured as JSON. A member's request is due at a fixed moment
whether or not the server keeps up; its latency counts from that moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections import deque
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

CONNECTIONS = 256
TOKEN = "a" * 32  # Django compares the cookie with the header


class Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request under way."""

    def __init__(self) -> None:
        self.data = b""
        self.waiter: asyncio.Future[tuple[int, bytes]] | None = None
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_exception(error or ConnectionResetError())

    def data_received(self, data: bytes) -> None:
        self.data += data
        head, found, body = self.data.partition(b"\r\n\r\n")
        if not found or self.waiter is None:
            return
        lower = head.lower()
        place = lower.find(b"content-length:")
        length = int(lower[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        if len(body) >= length:
            self.data = b""
            waiter, self.waiter = self.waiter, None
            waiter.set_result((int(head[9:12]), body))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        self.waiter = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self.waiter


def write_request(path: str, cookie: str, body: bytes, kind: str, port: int, more: str = "") -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: sessionid={cookie}; csrftoken={TOKEN}\r\n"
        f"X-CSRFToken: {TOKEN}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    )
    return head.encode() + body


async def connect(port: int) -> Connection:
    _, protocol = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
    return protocol


async def wait_for_server(port: int) -> None:
    for _ in range(200):
        try:
            (await connect(port)).transport.close()
        except OSError:
            await asyncio.sleep(0.1)
        else:
            return
    raise TimeoutError("the server did not start")


async def load_empty(plan: dict[str, Any]) -> dict[str, Any]:
    """Ask for the empty view as fast as 64 connections can."""
    request = f"GET {plan['path']} HTTP/1.1\r\nHost: 127.0.0.1:{plan['port']}\r\n\r\n".encode()
    seconds: list[float] = []
    until = time.perf_counter() + plan["seconds"]

    async def ask_on() -> None:
        connection = await connect(plan["port"])
        while (start := time.perf_counter()) < until:
            status, _ = await connection.ask(request)
            assert status == 200, status
            seconds.append(time.perf_counter() - start)

    await asyncio.gather(*(ask_on() for _ in range(64)))
    return {"rate": len(seconds) / plan["seconds"], **describe(seconds)}


def describe(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {"p50": ordered[len(ordered) // 2], "p99": ordered[int(len(ordered) * 0.99)]}


async def open_pages(connections: Iterable[Connection], members: list[tuple[str, str, str]], port: int) -> None:
    """Open the page of the meeting on every phone, as scanning its code does; the button comes later."""
    for connection, (path, cookie, _) in zip(connections, members, strict=False):
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: sessionid={cookie}\r\n\r\n"
        status, body = await connection.ask(head.encode())
        assert status == 200, body[:200]


async def load_crowd(plan: dict[str, Any]) -> dict[str, Any]:
    port, rate = plan["port"], plan["rate"]
    kind = "application/x-www-form-urlencoded"
    requests = [
        write_request(path, cookie, f"code={code}".encode(), kind, port, "HX-Request: true\r\n")
        for path, cookie, code in plan["members"]
    ]
    idle = deque([await connect(port) for _ in range(CONNECTIONS)])
    await open_pages(idle, plan["members"], port)
    freed = asyncio.Event()
    seconds: list[float] = []
    answers: dict[str, int] = {"taken": 0, "repeated": 0}
    errors: list[str] = []

    async def press(connection: Connection, request: bytes, due: float) -> None:
        try:
            status, body = await connection.ask(request)
            text = body.decode()
            if status == 200 and ("已签到，" in text or "不用再签" in text):
                answers["repeated" if "不用再签" in text else "taken"] += 1
            else:
                errors.append(f"{status} {text[:200]}")
        except OSError as error:
            errors.append(repr(error))
            connection = await connect(port)
        seconds.append(time.perf_counter() - due)
        idle.append(connection)
        freed.set()

    stop = asyncio.Event()
    secretaries = [asyncio.create_task(hold_roll_call(port, one, stop, errors)) for one in plan["secretaries"]]
    running: set[asyncio.Task[None]] = set()
    start = time.perf_counter()
    for number, request in enumerate(requests):
        due = start + number / rate
        if (wait := due - time.perf_counter()) > 0.001:
            await asyncio.sleep(wait)
        while not idle:
            freed.clear()
            await freed.wait()
        task = asyncio.create_task(press(idle.popleft(), request, due))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)
    lasted = time.perf_counter() - start
    stop.set()
    rolls = await asyncio.gather(*secretaries)
    roll_seconds = [one for told in rolls for one in told["seconds"]]
    return {
        "rate": len(requests) / lasted, "seconds": lasted, "errors": len(errors), "first_errors": errors[:3],
        **describe(seconds), "roll_p99": describe(roll_seconds)["p99"], **answers,
        "keys": [key for told in rolls for key in told["keys"]],
    }  # fmt: skip


async def hold_roll_call(port: int, plan: dict[str, Any], stop: asyncio.Event, errors: list[str]) -> dict[str, Any]:
    """One secretary: a tap every three seconds, some sent twice as after a lost answer, then a look every fifteen."""
    connection = await connect(port)
    seconds: list[float] = []
    keys: list[str] = []
    people = deque(plan["people"])
    await asyncio.sleep(plan["starts"])
    while people or not stop.is_set():
        mark = {"mark": "到", "seen": "未记录", "said_at": say_now()}
        marks = [{"key": str(uuid4()), "person": people.popleft(), **mark}] if people else []
        body = json.dumps({"sent_at": say_now(), "marks": marks}).encode()
        accept = "Accept: application/json\r\n"
        request = write_request(plan["path"], plan["cookie"], body, "application/json", port, accept)
        for _ in range(2 if len(people) % 5 == 4 else 1):
            start = time.perf_counter()
            status, answer = await connection.ask(request)
            seconds.append(time.perf_counter() - start)
            told = json.loads(answer) if status == 200 else {"answers": []}
            if [one["outcome"] for one in told["answers"]] != ["采纳"] * len(marks):
                errors.append(f"{status} {answer.decode()[:200]}")
        keys += [mark["key"] for mark in marks]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 3 if people else 15)
    return {"seconds": seconds, "keys": keys}


def say_now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())


async def main() -> None:
    plan = json.load(sys.stdin)
    await wait_for_server(plan["port"])
    print(json.dumps(await (load_empty(plan) if "path" in plan else load_crowd(plan))))


if __name__ == "__main__":
    asyncio.run(main())
