"""A line that says how far the work has come, once it has taken longer than two seconds."""

import sys
import threading
from typing import TextIO

PATIENCE_S = 2.0


class ProgressLine:
    """Write how many participants are done to the terminal; nothing where the work is done before anybody wonders.

    Parameters
    ----------
    total : int
        Participants.
    stream : file, optional
        By default standard error. In a terminal one line is written over, elsewhere each participant has a line.
    patience_s : float
        Nothing is written before.

    Examples
    --------
    >>> with ProgressLine(18, sys.stdout, patience_s=0.0) as progress:
    ...     progress.shown.wait(1.0) and progress(1, 18, "P01")
    0 of 18 participants.
    1 of 18 participants, last P01.
    """

    def __init__(self, total: int, stream: TextIO | None = None, patience_s: float = PATIENCE_S):
        self.stream = sys.stderr if stream is None else stream
        self.shown = threading.Event()
        self._text = f"0 of {total} participants."
        self._timer = threading.Timer(patience_s, self._begin)
        self._timer.daemon = True

    def __enter__(self) -> "ProgressLine":
        self._timer.start()
        return self

    def __call__(self, done: int, total: int, participant: str) -> None:
        """Note that another participant is done."""
        self._text = f"{done} of {total} participants, last {participant}."
        if self.shown.is_set():
            self._write()

    def __exit__(self, *fault) -> None:
        self._timer.cancel()
        if self.shown.is_set() and self.stream.isatty():
            self.stream.write("\n")

    def _begin(self) -> None:
        self._write()
        self.shown.set()

    def _write(self) -> None:
        self.stream.write(f"\r{self._text:<78}" if self.stream.isatty() else f"{self._text}\n")
        self.stream.flush()
