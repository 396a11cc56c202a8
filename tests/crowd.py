"""Several people pressing at the same moment: real threads, each with its own connection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Barrier, Thread

from django.db import connection

from shanxue.base.errors import Refusal


def press_at_once(acts: Sequence[Callable[[], object]]) -> list[str]:
    """Run every act in a thread of its own, all begun together; gives "done" or the sentence of the refusal, sorted.

    Anything but a refusal is written as it was raised, so that no test takes a crash for a refusal.
    """
    barrier, said = Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=20)
            act()
            said.append("done")
        except Refusal as refusal:
            said.append(refusal.sentence)
        except Exception as error:
            said.append(repr(error))
        finally:
            connection.close()

    threads = [Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(said)
