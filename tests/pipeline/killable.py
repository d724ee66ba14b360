"""A worker that can be shot: a parent that has imported everything once, and one forked child for each order it is given.

Reads one order a line on stdin: ``verb``, ``name``, ``arguments``, and ``kill_after`` (seconds, null: let it live). Answers
``{"status": exit status, "seconds": how long to wait}`` when the child has ended, however it did. Imports nothing after the
fork, opens nothing before it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from datetime import datetime

from pipeline import steps
from pipeline.errors import PullFailed, TryLater

TRY_AGAIN, COME_BACK = 74, 75


def run(order: dict, told: int) -> int:
    arguments = {key: datetime.fromisoformat(value) if key == "until" else value for key, value in order["arguments"].items()}
    try:
        getattr(steps, order["verb"])(order["name"], **arguments)
    except TryLater as wait:
        os.write(told, str(wait.seconds).encode())
        return COME_BACK
    except PullFailed as trouble:
        traceback.print_exc()
        return 1 if trouble.is_fatal else TRY_AGAIN
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def answer(**words: object) -> None:
    print(json.dumps(words), flush=True)


def work(order: dict) -> None:
    heard, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        os.close(heard)
        os._exit(run(order, told))  # no clean-up of the parent's things: it is the parent's
    os.close(told)
    if order["kill_after"] is not None and signal.sigtimedwait([signal.SIGCHLD], order["kill_after"]) is None:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    while signal.sigtimedwait([signal.SIGCHLD], 0):
        pass  # its end must not be taken for the next one's
    with os.fdopen(heard) as words:
        answer(status=os.waitstatus_to_exitcode(status), seconds=float(words.read() or 0))


def import_all() -> None:
    """What the verbs import and build when they are first used; seconds, to be paid once."""
    import numpy as np

    from connectors import registry
    from transforms.checks import gate

    for marketplace in registry.known():
        registry.endpoints(marketplace)
    gate.gate({"orders": np.ones(1, dtype=bool)})


if __name__ == "__main__":
    import_all()
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    answer(ready=True)
    for line in sys.stdin:
        work(json.loads(line))
