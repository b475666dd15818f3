"""From a time column to a sampling frequency and an even clock with its gaps."""

import re
from dataclasses import dataclass

import numpy as np

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.hints import TIME_UNITS, ask

GAP_STEPS = 1.5
DISAGREEMENT = 1e-3
LONGEST_STEP_S = 0.02
MOST_GAP_SHARE = 10.0
DELSYS_FRAME_S = 0.0135
HALF_DAY_S = 43_200.0
FEWEST_TICKS = 32
LINE_ERROR_TICKS = 0.25


@dataclass(frozen=True)
class Clock:
    """An even clock.

    Attributes
    ----------
    sampling_frequency : float
        In Hz.
    start_s : float
        Time of the first sample.
    positions : numpy.ndarray or None
        Shape (n_rows,): sample at which each row stands; None if rows follow each other without gap.
    n_samples : int
        Length with gaps.
    notes : tuple of str
    """

    sampling_frequency: float
    start_s: float
    positions: np.ndarray | None
    n_samples: int
    notes: tuple[str, ...] = ()

    @property
    def n_rows(self) -> int:
        """Length without gaps."""
        return self.n_samples if self.positions is None else len(self.positions)

    def place(self, values: np.ndarray) -> np.ndarray:
        """Return values with NaN in the gaps."""
        if self.positions is None:
            return values
        even = np.full(self.n_samples, np.nan)
        even[self.positions] = values
        return even


def clock_of(
    time: np.ndarray, *, where: str, row: int, unit: str | None = None, declared: float | None = None
) -> Clock:  # fmt: skip
    """Return the clock behind a time column, never by the median step.

    The sampling frequency is (n - 1) / (last - first) over stretches without gap, or, where times are rounded, the slope of the line
    through them.

    Parameters
    ----------
    time : numpy.ndarray
        Shape (n,), as found.
    where : str
        File and column, for messages.
    row : int
        Row of the first value in the file.
    unit : {"s", "ms", "us", "min"}, optional
        As the header or the user says; without it, seconds are assumed where the step is at most 0.02.
    declared : float, optional
        Sampling frequency in Hz that the header or the user states; it is used, and must agree within 0.1 %, or within the rounding of
        the times.

    Raises
    ------
    RecordingError
        If times are missing, go back, stand twice, disagree with the declared frequency, are rounded so much that they do not tell it,
        or the unit is not known.

    Examples
    --------
    >>> clock_of(np.round(np.arange(4000) / 2000, 3), where="trial.csv", row=2).sampling_frequency
    2000.0
    """
    if len(time) < 2:
        if declared is None:
            raise ask(where, "one row is not enough to tell the sampling frequency.", "sampling_frequency=")
        return Clock(declared, float(time[0]) if len(time) else 0.0, None, len(time))
    _check_order(time, where, row)
    seconds = time * _scale(time, unit, declared, where)
    steps, digits = np.diff(seconds), _resolution(seconds)
    gaps = _gaps(steps, digits)
    rounded = bool(not gaps.any() and digits > 0 and np.ptp(steps) > digits / 2)
    frequency = _frequency_of_rounded(seconds, digits) if rounded else _frequency(steps, gaps, digits)
    tick = digits / (seconds[-1] - seconds[0]) if rounded else 0.0
    if declared is None and tick * FEWEST_TICKS > 1:
        raise ask(where, f"times are rounded to {digits:g} s in a recording of {seconds[-1] - seconds[0]:g} s, too coarse to tell the sampling "
                  "frequency.", "sampling_frequency=")  # fmt: skip
    _check_doubles(seconds, steps, declared or frequency, gaps, digits, where, row)
    notes = []
    if declared is not None:
        if abs(declared / frequency - 1) > max(DISAGREEMENT, tick):
            raise RecordingError(
                f"{where}: the time column runs at {frequency:.6g} Hz, but {declared:.6g} Hz is declared. More than 0.1 % apart: "
                "check the unit of time and whether rows were left out."
            )
        frequency = declared
    if not gaps.any():
        return Clock(frequency, float(seconds[0]), None, len(time), tuple(notes))
    return _with_gaps(seconds, steps, frequency, gaps, where, row, notes)


def _check_order(time: np.ndarray, where: str, row: int) -> None:
    bad = ~np.isfinite(time)
    if bad.any():
        raise RecordingError(
            f"{where}, row {row + int(bad.argmax())}: the time is empty or not finite. Correct the export."
        )
    back = np.diff(time) < 0
    if back.any():
        at = int(back.argmax()) + 1
        raise RecordingError(f"{where}, row {row + at}: time goes back from {time[at - 1]:g} to {time[at]:g}. Sort or correct the export; "
                             "trials that follow each other in one file must be exported one by one.")  # fmt: skip


def _scale(time: np.ndarray, unit: str | None, declared: float | None, where: str) -> float:
    step = (time[-1] - time[0]) / (len(time) - 1)
    if step <= 0:
        raise RecordingError(
            f"{where}: all times are {time[0]:g}. Export the time column again, or say sampling_frequency= and leave it out."
        )
    if unit == "samples":
        if declared is None:
            raise ask(
                where, "time is counted in samples, and the file has no sampling frequency.", "sampling_frequency="
            )
        return 1 / declared
    if unit is not None:
        return TIME_UNITS[unit]
    if declared is not None:
        fits = [scale for scale in (1.0, 1e-3, 1e-6, 1 / declared) if abs(declared * step * scale - 1) <= DISAGREEMENT]
        if fits:
            return fits[0]
    if step > LONGEST_STEP_S:
        raise ask(where, f"time goes in steps of {step:.4g} without a unit: milliseconds, samples, or a slow channel in seconds?",
                  "time_unit='s', 'ms', 'us' or 'samples'")  # fmt: skip
    return 1.0


def _gaps(steps: np.ndarray, digits: float) -> np.ndarray:
    """Return where a step is longer than the usual one allows, (n - 1,)."""
    shortest = float(steps.min())
    if steps.max() <= GAP_STEPS * shortest + 1.01 * digits:
        return np.zeros(len(steps), dtype=bool)
    usual = float(np.median(steps))
    usual = max(usual, float(steps.mean())) if shortest == 0 else usual
    return steps > GAP_STEPS * usual + 1.01 * digits


def _resolution(seconds: np.ndarray) -> float:
    some = seconds[: min(len(seconds), 2000)]
    for digits in range(0, 10):
        scaled = some * 10.0**digits
        if np.abs(scaled - np.round(scaled)).max() < 1e-6 * max(1.0, np.abs(scaled).max() * 1e-6):
            return 10.0**-digits
    return 0.0


def _frequency(steps: np.ndarray, gaps: np.ndarray, digits: float) -> float:
    even = steps[~gaps] if gaps.any() else steps
    run = float(even.sum())
    if run <= 0:
        return 1 / float(steps.mean())
    raw = len(even) / run
    whole = round(raw)
    if whole and abs(raw - whole) <= raw * min(1.01 * digits / run, 5e-4) * 2 + 1e-6:
        return float(whole)
    return float(f"{raw:.9g}")


def _frequency_of_rounded(seconds: np.ndarray, digits: float) -> float:
    """Return the slope of the line through all times: their ends alone are as uncertain as they are rounded."""
    rows = np.arange(len(seconds)) - (len(seconds) - 1) / 2
    slope = float(rows @ (seconds - seconds.mean())) / float(rows @ rows)
    raw, run = 1 / slope, float(seconds[-1] - seconds[0])
    whole = round(raw)
    if whole and abs(raw - whole) <= raw * LINE_ERROR_TICKS * digits / run:
        return float(whole)
    return float(f"{raw:.9g}")


def _check_doubles(seconds, steps, frequency: float, gaps: np.ndarray, digits: float, where: str, row: int) -> None:
    same = steps == 0
    if not same.any():
        return
    if not gaps.any():
        ideal = seconds[0] + np.arange(len(seconds)) / frequency
        if np.abs(seconds - ideal).max() <= 1.51 * digits + 1e-9:
            return
    at = int(same.argmax()) + 1
    raise RecordingError(f"{where}, row {row + at}: the time {seconds[at]:g} s stands twice. Rows are doubled, or the export joins two "
                         "channels; correct the export.")  # fmt: skip


def _with_gaps(seconds, steps, frequency: float, gaps, where: str, row: int, notes: list[str]) -> Clock:
    counts = np.ones(len(seconds), dtype=np.int64)
    lengths = steps[gaps] * frequency
    longest = float(lengths.max())
    if lengths.sum() > MOST_GAP_SHARE * len(seconds) + 60 * frequency:
        at = int(np.flatnonzero(gaps)[lengths.argmax()]) + 1
        raise RecordingError(f"{where}, row {row + at}: time jumps by {longest / frequency:.4g} s, longer than the recording. Correct the "
                             "export; trials that follow each other must be exported one by one.")  # fmt: skip
    counts[0] = 0
    counts[1:][gaps] = np.maximum(np.round(lengths), 1).astype(np.int64)
    positions = np.cumsum(counts)
    missing = int(positions[-1]) + 1 - len(seconds)
    notes.append(f"{missing} samples are missing in {int(gaps.sum())} gaps of the time column (longest {1000 * (longest - 1) / frequency:.4g} "
                 "ms); they are empty (NaN).")  # fmt: skip
    return Clock(frequency, float(seconds[0]), positions, int(positions[-1]) + 1, tuple(notes))


def snap_to_delsys(frequency: float) -> tuple[float, str]:
    """Return the Trigno rate n / 13.5 ms that a printed one stands for, and the note that says so.

    They must agree within 0.02 %, or within the rounding of a rate printed as a whole number.

    Examples
    --------
    >>> round(snap_to_delsys(1925.926)[0], 6), snap_to_delsys(1000.0)
    (1925.925926, (1000.0, ''))
    """
    count = round(frequency * DELSYS_FRAME_S)
    exact = count / DELSYS_FRAME_S
    rounding = 0.5 if frequency == round(frequency) and frequency % 50 else 0.0
    if count < 1 or abs(exact - frequency) > max(2e-4 * frequency, rounding) or exact == frequency:
        return frequency, ""
    return exact, f"The sampling frequency {frequency:.8g} Hz stands for {count} samples in 13.5 ms: {exact:.8g} Hz."


_CLOCK = re.compile(r"(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[T ]\s*)?(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:[.,]\d*)?)\s*([AP]M)?(?:Z|[+-]\d\d:?\d\d)?$",
                    re.IGNORECASE)  # fmt: skip


def is_clock_text(cell: str) -> bool:
    """Return whether a cell is a time of day, or minutes and seconds, perhaps behind a date.

    Examples
    --------
    >>> is_clock_text("09:15:02.500"), is_clock_text("2026-01-15T09:15:02Z"), is_clock_text("0.5")
    (True, True, False)
    """
    return _CLOCK.match(cell.strip()) is not None


def clock_text_to_seconds(cells) -> np.ndarray:
    """Return times of day such as "09:15:02.500" in s, shape (n,), counted on behind midnight; NaN where a cell is none.

    Examples
    --------
    >>> clock_text_to_seconds(["00:01:00.5", "x"]).tolist(), clock_text_to_seconds(["2026-01-15 23:59:59", "2026-01-16 00:00:00"]).tolist()
    ([60.5, nan], [86399.0, 86400.0])
    """

    def one(cell) -> float:
        found = _CLOCK.match(str(cell).strip())
        if found is None:
            return float("nan")
        hours, minutes, seconds, half = found.groups()
        hours = int(hours or 0) % 12 + 12 * (half.upper() == "PM") if half else int(hours or 0)
        return 3600.0 * hours + 60.0 * int(minutes) + float(seconds.replace(",", "."))

    seconds = np.array([one(cell) for cell in cells], dtype=float)
    return seconds + 2 * HALF_DAY_S * np.cumsum(np.diff(seconds, prepend=seconds[:1]) < -HALF_DAY_S)


def runs_evenly(values: np.ndarray) -> bool:
    """Return whether values rise in equal steps, as a time or a counter does and a signal does not.

    Examples
    --------
    >>> runs_evenly(np.arange(9) / 2000), runs_evenly(np.array([0.0, 0.1, -0.2, 0.3]))
    (True, False)
    """
    steps = np.diff(values)
    return len(steps) > 2 and bool(
        np.isfinite(steps).all() and steps.min() > 0 and np.ptp(steps) <= 0.01 * np.median(steps)
    )
