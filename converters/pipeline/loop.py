"""Work on several threads, results in the order of the tasks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["in_order"]

Task = TypeVar("Task")
Result = TypeVar("Result")


def in_order(tasks: Iterator[Task], work: Callable[[Task], Result], jobs: int) -> Iterator[Result]:
    """`work` of each task, in order, on `jobs` threads.

    At most `jobs` + 1 tasks are under way or waiting, so memory stays flat however long the input
    is. Threads are enough: the work is done in kernels and libraries that let go of the lock.
    """
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="chunk")
    pending: deque[Future[Result]] = deque()
    try:
        for task in tasks:
            pending.append(pool.submit(work, task))
            if len(pending) > jobs:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
