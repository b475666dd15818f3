"""BTS text files (.emt). Written from descriptions of the format; not tried on a real file."""

import re
from dataclasses import replace

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.cells import sniff, split_line
from mmc_analysis.recordings.clock import clock_of
from mmc_analysis.recordings.hints import Hints, ask
from mmc_analysis.recordings.source import Block, File, channel_on, check_count
from mmc_analysis.recordings.text_columns import read_columns
from mmc_analysis.recordings.units import plain_unit


def is_bts(lines: list[str]) -> bool:
    """Return whether the first line is that of a BTS text file."""
    return bool(lines) and lines[0].strip().lower().startswith("bts ascii format")


def read_bts(file: File, hints: Hints) -> list[Block]:
    """Read a BTS text file."""
    text = file.text(hints.encoding)
    header = next((i for i, line in enumerate(text.head) if re.match(r"\s*Frame\s*\t\s*Time\s*\t", line)), None)
    if header is None:
        raise RecordingError(
            f"{file.name}: a BTS file has a row of column names that begins with Frame and Time; there is none."
        )
    meta = {
        key.strip().lower(): value.strip()
        for key, sign, value in (line.partition(":") for line in text.head[:header])
        if sign
    }
    names = list(split_line(text.head[header], "\t"))
    lines = text.rows(header + 1)
    dialect = sniff(lines, file.name, header + 2, delimiter="\t", decimal=hints.decimal)
    width = max([len(names), *(len(split_line(line, "\t")) for line in lines[:50])])
    frame = read_columns(text, dialect, first_line=header + 1, width=width)
    found = re.match(r"[\d.,]+", meta.get("frequency", ""))
    rate = float(found.group().replace(",", ".")) if found else hints.sampling_frequency
    if rate is None:
        raise ask(file.name, "the header has no frequency.", "sampling_frequency=")
    frames = re.match(r"\d+", meta.get("frames", ""))
    notes = check_count(len(frame), int(frames.group()) if frames else 0, file.name, hints.strict)
    notes.append(
        "The reader of BTS text follows descriptions of the format and was not tried on a real file: compare a few values."
    )
    clock = clock_of(frame[1].to_numpy(), where=f"{file.name}, column 'Time'", row=header + 2, unit="s", declared=rate)
    unit = plain_unit(meta.get("measure unit", ""))
    channels = [
        channel_on(clock, name.removeprefix("Voltage:"), frame[i].to_numpy(), unit)
        for i, name in enumerate(names) if i > 1 and name
    ]  # fmt: skip
    if "emg" in meta.get("type", "").lower():
        channels = [replace(channel, type="EMG") for channel in channels]
    return [Block(channels, [], "BTS", "", notes, meta)]
