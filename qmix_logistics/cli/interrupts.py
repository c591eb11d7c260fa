"""Ctrl-C: the first one ends a command in order, the second at once."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

INTERRUPTED = 130
"""Exit status after Ctrl-C."""


@contextlib.contextmanager
def two_interrupts() -> Iterator[None]:
    """Let the first interrupt raise ``KeyboardInterrupt``, and the second kill this process and its workers."""
    is_ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if not is_ours:  # such as in the background, where the keyboard is ignored
        yield
        return
    signal.signal(signal.SIGINT, _first)
    try:
        yield
    except Exception as error:
        if signal.getsignal(signal.SIGINT) is _second:  # a library that calls us back makes it an error of its own
            raise KeyboardInterrupt from error
        raise
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _first(number: int, frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGINT, _second)
    raise KeyboardInterrupt


def _second(number: int, frame: FrameType | None) -> NoReturn:
    for worker in multiprocessing.active_children():
        worker.kill()
    os._exit(INTERRUPTED)
