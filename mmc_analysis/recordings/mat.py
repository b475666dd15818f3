"""MATLAB files: exports of Spike2, Noraxon and LabChart, and plain variables."""

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.hints import Hints
from mmc_analysis.recordings.labchart_mat import is_labchart_mat, read_labchart_mat
from mmc_analysis.recordings.mat5 import Mat5, is_mat4, is_mat5
from mmc_analysis.recordings.mat73 import is_mat73, read_mat73
from mmc_analysis.recordings.mat_plain import read_plain
from mmc_analysis.recordings.noraxon_mat import named_signals, read_noraxon_mat
from mmc_analysis.recordings.source import Block, File
from mmc_analysis.recordings.spike2_mat import is_spike2, read_spike2


def is_mat(data: bytes) -> bool:
    """Return whether the content is a MATLAB file."""
    return is_mat5(data) or is_mat73(data) or is_mat4(data)


def read_mat(file: File, hints: Hints) -> list[Block]:
    """Read a MATLAB file of version 5 to 7.3, by what its variables look like."""
    if is_mat73(file.data):
        variables = read_mat73(file)
    elif is_mat5(file.data):
        variables = Mat5(file.data, file.name).variables()
    else:
        version = " but of version 4, which is not read" if is_mat4(file.data) else ""
        raise RecordingError(f"{file.name}: no MATLAB file of version 5 to 7.3{version}. Save it with save(…, '-v7').")
    if is_labchart_mat(variables):
        return read_labchart_mat(variables, file.name, hints)
    if is_spike2(variables):
        return [read_spike2(variables, file.name, hints)]
    signals = list(named_signals(variables))
    if signals:
        return [read_noraxon_mat(signals, variables, file.name, hints)]
    return [read_plain(variables, file.name, hints)]
