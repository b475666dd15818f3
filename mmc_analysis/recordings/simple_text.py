"""The "Simple Text Format": labels, rate and resolution above converter counts."""

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.cells import sniff
from mmc_analysis.recordings.counts import Transfer, are_counts
from mmc_analysis.recordings.hints import Hints, ask
from mmc_analysis.recordings.naming import guess_type
from mmc_analysis.recordings.recording import Channel
from mmc_analysis.recordings.source import Block, File
from mmc_analysis.recordings.text_columns import read_columns


def is_simple_text(lines: list[str]) -> bool:
    """Return whether the first line is that of the format."""
    return bool(lines) and lines[0].lstrip("# ").startswith("Simple Text Format")


def read_simple_text(file: File, hints: Hints) -> list[Block]:
    """Read the format; counts become volts only by a transfer that the user states."""
    text = file.text(hints.encoding)
    above = [line.lstrip("# ") for line in text.head[:50] if line.startswith("#")]
    meta = _pairs(above)
    first = len(above)
    try:
        fs, bits = float(meta["Sampling Rate (Hz)"]), int(float(meta.get("Resolution", "0")))
    except (KeyError, ValueError, OverflowError) as fault:
        raise RecordingError(
            f"{file.name}: the header needs a sampling rate and a resolution; found {', '.join(meta) or 'nothing'}."
        ) from fault
    if not 0 < fs <= 1e6:
        raise RecordingError(f"{file.name}: the sampling rate {fs:g} Hz is none.")
    labels = [label.strip() for label in meta.get("Labels", "").replace("\t", ",").split(",") if label.strip()] or [
        "column 1"
    ]
    lines = text.rows(first)
    dialect = sniff(lines, file.name, first + 1, delimiter=hints.delimiter, decimal=hints.decimal)
    frame = read_columns(text, dialect, first_line=first, width=len(labels))
    return [
        Block(
            [_channel(frame[i].to_numpy(), label, fs, bits, file.name, hints) for i, label in enumerate(labels)],
            metadata=meta,
        )
    ]


def _pairs(lines: list[str]) -> dict[str, str]:
    return {key.strip(): value.strip() for key, sign, value in (line.partition(":=") for line in lines) if sign}


def _channel(values, label: str, fs: float, bits: int, file: str, hints: Hints) -> Channel:
    kind = guess_type(label, "")
    bits = hints.bits or bits
    if kind != "EMG" or not bits or not are_counts(values, bits):
        return Channel(label, values, fs, "", kind)
    if hints.gain is None or hints.supply_v is None:
        raise ask(file, f"channel '{label}' holds counts of a {bits}-bit converter, not a voltage, and the file does not say how to convert "
                  "them.", "gain= and supply_v=, from the device's data sheet")  # fmt: skip
    transfer = Transfer(bits, hints.supply_v, hints.gain, "")
    note = (
        f"Counts of {bits} bits became mV with supply_v={hints.supply_v:g} and gain={hints.gain:g}, as the user says."
    )
    return Channel(label, transfer.millivolts(values), fs, "mV", kind, notes=(note,))
