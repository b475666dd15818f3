"""Read an instrument's file, whatever its format."""

import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from mmc_analysis.errors import MMCWarning, RecordingError
from mmc_analysis.options import check_option
from mmc_analysis.recordings.formats import FORMATS, tell_format
from mmc_analysis.recordings.hints import Hints, ask, make_hints
from mmc_analysis.recordings.naming import guess_side, type_in_name
from mmc_analysis.recordings.recording import Channel, Event, Recording, Source, find_channel, listed
from mmc_analysis.recordings.source import Block, File, damaged, read_bytes
from mmc_analysis.recordings.triggers import trigger_events
from mmc_analysis.recordings.units import MICROVOLTS, plain_unit

SLOWEST_HZ, FASTEST_HZ = 1e-3, 1e7


def read_recording(path, **hints) -> Recording:
    """Read one recording. The format is told from the content, not from the file's ending.

    Parameters
    ----------
    path : str or path
        A file: Delsys EMGworks or Trigno Discover CSV, Noraxon MR CSV, OpenSignals TXT or H5, AcqKnowledge ACQ or text, C3D, EDF
        or BDF (with BIDS sidecars beside it), MAT of version 5 to 7.3 (Spike2, Noraxon, LabChart, AcqKnowledge, plain variables), CSV,
        TSV, XLSX; BTS and LabChart text.
    **hints
        What the file does not say, see :class:`Hints`: channels, allow_missing, unit, sampling_frequency, time, time_unit, format,
        sheet, block, delimiter, decimal, encoding, gain, supply_v, bits, strict.

    Returns
    -------
    Recording
        Channels at their own sampling frequencies, in their own units; nothing is resampled, filtered or filled.

    Raises
    ------
    RecordingError
        If the file cannot be read without doubt: the message says what was found and which hint answers it.
    OptionError
        If a hint does not exist.

    Warns
    -----
    MMCWarning
        Once for a file about which something was assumed or in which samples are missing.

    Examples
    --------
    >>> read_recording("no_such_trial.csv", unit="mV")
    Traceback (most recent call last):
    mmc_analysis.errors.RecordingError: no_such_trial.csv: there is no such file in ...
    """
    recording = read_silently(path, **hints)
    notes = list(
        dict.fromkeys([*recording.notes, *(f"{c.name}: {note}" for c in recording.channels for note in c.notes)])
    )
    if notes:
        more = f" And {len(notes) - 3} more in its notes." if len(notes) > 3 else ""
        warnings.warn(f"{recording.source.file}: {' '.join(notes[:3])}{more}", MMCWarning, stacklevel=2)
    return recording


def read_silently(path, *, units_needed: bool = True, **hints) -> Recording:
    """Read one recording as :func:`read_recording` does; what there is to know stands in its notes alone."""
    file = read_bytes(path)
    hints = make_hints(hints)
    with ThreadPoolExecutor(1) as beside:  # hashing needs no interpreter: the checksum is there when the parser is done
        beside.submit(getattr, file, "sha256")
        found = read_file(file, hints)
    return pick_block(found, file, hints, units_needed=units_needed)


def read_blocks(path, **hints) -> list[Recording]:
    """Read all blocks of a file, each a recording, as found: units that are missing are not asked for.

    Examples
    --------
    >>> read_blocks("no_such_trial.csv")
    Traceback (most recent call last):
    mmc_analysis.errors.RecordingError: no_such_trial.csv: there is no such file in ...
    """
    file = read_bytes(path)
    found = read_file(file, make_hints(hints))
    return [
        pick_block(found, file, make_hints({**hints, "block": i + 1}), units_needed=False) for i in range(len(found[1]))
    ]


def read_file(file: File, hints: Hints) -> tuple[str, list[Block]]:
    """Return the format of a file and all its blocks as found, hints about channels not yet applied."""
    if hints.format is not None:
        check_option("format", hints.format, FORMATS, RecordingError)
    name = hints.format or tell_format(file)
    reader: Callable = FORMATS[name].reader
    with damaged(file.name, FORMATS[name].title), np.errstate(all="ignore"):
        blocks = reader(file, hints)
    file.refuse_changed()
    if FORMATS[name].by_bytes is None:
        encoding = hints.encoding or file.encoding
        blocks = [replace(block, metadata={**block.metadata, "encoding": encoding}) for block in blocks]
    if not any(channel.n_samples for block in blocks for channel in block.channels):
        raise RecordingError(f"{file.name}: read as {FORMATS[name].title}, it holds no samples. Export it again.")
    for channel in (channel for block in blocks for channel in block.channels):
        if not SLOWEST_HZ <= channel.sampling_frequency <= FASTEST_HZ:
            raise RecordingError(f"{file.name}, channel '{channel.name}': a sampling frequency of {channel.sampling_frequency:g} Hz is none. Check the "
                                 "header or the time column; the file may be damaged.")  # fmt: skip
    return name, blocks


def pick_block(found: tuple[str, list[Block]], file: File, hints: Hints, *, units_needed: bool = True) -> Recording:
    """Return one block of a file as a recording, with the user's hints applied; ask for units that EMG channels lack."""
    name, blocks = found
    if hints.block is None and len(blocks) > 1:
        raise ask(file.name, f"it holds {len(blocks)} blocks, each a trial of its own.", f"block=1 … {len(blocks)}")
    number = hints.block or 1
    if number > len(blocks):
        raise RecordingError(f"{file.name}: block={number} does not exist; the file holds {len(blocks)}.")
    block = blocks[number - 1]
    channels = with_hints(block.channels, file.name, hints)
    for channel in channels:
        if units_needed and channel.type == "EMG" and not plain_unit(channel.unit):
            raise ask(file.name, f"channel '{channel.name}' is EMG without a unit in the file; it is never guessed from the size of the "
                      "numbers.", f"unit= ({', '.join(list(MICROVOLTS)[:3])}), or unit={{'{channel.name}': 'mV'}}")  # fmt: skip
    events = [*block.events, *trigger_events(channels, block.events)]
    source = Source(file.name, file.sha256, name, block.device, block.started, number)
    return Recording(
        tuple(channels), tuple(sorted(events, key=_when)), source, tuple(block.notes), dict(block.metadata)
    )


def _when(event: Event) -> tuple[float, str]:
    return event.onset_s, event.label


def with_hints(channels: list[Channel], file: str, hints: Hints) -> list[Channel]:
    """Return channels with sides told from their names, and what the user said of muscles, types and units."""
    channels = [replace(channel, side=channel.side or guess_side(channel.name)) for channel in channels]
    names = tuple(channel.name for channel in channels)
    for name in hints.channels or {}:
        channels = _mapped(channels, names, name, file, hints)
    for name, unit in (hints.unit or {}).items() if not isinstance(hints.unit, str) else ():
        at = find_channel(name, names, file)
        channels[at] = in_unit(channels[at], unit)
    return _with_unit(channels, hints.unit) if isinstance(hints.unit, str) else channels


def _with_unit(channels: list[Channel], unit: str) -> list[Channel]:
    """Give the unit to EMG channels without one; if no channel is told to be EMG, to those of which nothing is told."""
    told = any(channel.type == "EMG" for channel in channels)
    return [
        replace(c, unit=plain_unit(unit)) if not c.unit and (c.type == "EMG" if told else c.type == "MISC" and not type_in_name(c.name)) else c
        for c in channels
    ]  # fmt: skip


def _mapped(channels: list[Channel], names: tuple[str, ...], name: str, file: str, hints: Hints) -> list[Channel]:
    said = hints.said_of(name)
    try:
        at = find_channel(name, names, file)
    except RecordingError as fault:
        if not hints.allow_missing or "there is no channel" not in str(fault):
            raise RecordingError(f"{fault} The mapping asks for: {listed(tuple(hints.channels))}.") from fault
        longest = max(channels, key=lambda channel: channel.n_samples)
        empty = Channel(name, np.full(longest.n_samples, np.nan), longest.sampling_frequency, said.get("unit", "uV"), "EMG",
                        said.get("muscle", ""), said.get("side", ""), notes=("The channel is missing in the file.",))  # fmt: skip
        return [*channels, empty]
    channel = channels[at]
    kind = said.get("type") or ("EMG" if said.get("muscle") else channel.type)
    changed = replace(
        channel, type=kind, muscle=said.get("muscle", channel.muscle), side=said.get("side", channel.side)
    )
    if "unit" in said:
        changed = in_unit(changed, said["unit"])
    return [*channels[:at], changed, *channels[at + 1 :]]


def in_unit(channel: Channel, unit: str) -> Channel:
    """Return a channel with the unit that the user says; a unit of the file that differs is overruled, and that is noted."""
    unit = plain_unit(unit)
    if plain_unit(channel.unit) in ("", unit):
        return replace(channel, unit=unit)
    note = f"The unit is {unit}, as the user says; the file says {channel.unit}."
    return replace(channel, unit=unit, notes=(*channel.notes, note))
