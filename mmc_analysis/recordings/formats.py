"""The formats that are read, and how each is told from a file's content."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.acq import is_acq, read_acq
from mmc_analysis.recordings.acq_text import is_acq_text, read_acq_text
from mmc_analysis.recordings.bts import is_bts, read_bts
from mmc_analysis.recordings.c3d import is_c3d, read_c3d
from mmc_analysis.recordings.edf import is_edf, read_edf
from mmc_analysis.recordings.emgworks import is_emgworks, read_emgworks
from mmc_analysis.recordings.hdf5 import is_hdf5
from mmc_analysis.recordings.hints import Hints
from mmc_analysis.recordings.labchart import is_labchart, read_labchart
from mmc_analysis.recordings.mat import is_mat, read_mat
from mmc_analysis.recordings.noraxon import is_noraxon, read_noraxon
from mmc_analysis.recordings.opensignals import is_opensignals, read_opensignals
from mmc_analysis.recordings.opensignals_h5 import read_opensignals_h5
from mmc_analysis.recordings.simple_text import is_simple_text, read_simple_text
from mmc_analysis.recordings.source import Block, File
from mmc_analysis.recordings.table import read_table
from mmc_analysis.recordings.trigno import is_trigno, read_trigno
from mmc_analysis.recordings.vicon import is_vicon, read_vicon
from mmc_analysis.recordings.workbook import is_workbook, read_workbook


@dataclass(frozen=True)
class Format:
    """One format: its name for people, its reader, and what tells it, by first lines (text) or by bytes (binary)."""

    title: str
    reader: Callable[[File, Hints], list[Block]]
    by_lines: Callable[[list[str]], bool] | None = None
    by_bytes: Callable[[bytes], bool] | None = None


FORMATS: Mapping[str, Format] = MappingProxyType({
    "emgworks": Format("Delsys EMGworks CSV", read_emgworks, by_lines=is_emgworks),
    "trigno": Format("Delsys Trigno Discover CSV", read_trigno, by_lines=is_trigno),
    "noraxon": Format("Noraxon MR CSV", read_noraxon, by_lines=is_noraxon),
    "opensignals": Format("OpenSignals text", read_opensignals, by_lines=is_opensignals),
    "simple_text": Format("Simple Text Format", read_simple_text, by_lines=is_simple_text),
    "acq_text": Format("AcqKnowledge text", read_acq_text, by_lines=is_acq_text),
    "bts": Format("BTS text", read_bts, by_lines=is_bts),
    "labchart": Format("LabChart text", read_labchart, by_lines=is_labchart),
    "vicon": Format("Vicon CSV", read_vicon, by_lines=is_vicon),
    "workbook": Format("Excel workbook", read_workbook, by_bytes=is_workbook),
    "edf": Format("EDF or BDF", read_edf, by_bytes=is_edf),
    "mat": Format("MATLAB file", read_mat, by_bytes=is_mat),
    "opensignals_h5": Format("OpenSignals HDF5", read_opensignals_h5, by_bytes=is_hdf5),
    "c3d": Format("C3D", read_c3d, by_bytes=is_c3d),
    "acq": Format("AcqKnowledge file", read_acq, by_bytes=is_acq),
    "table": Format("text table", read_table),
})  # fmt: skip

_REFUSED = (
    (
        0,
        b"\xd0\xcf\x11\xe0",
        "an old Excel file (.xls) or a workbook with a password. Save it as .xlsx without a password",
    ),
    (0, b"ID;P", "a SYLK file, as Noraxon writes it. Export it again as CSV or MAT"),
    (0, b"\x82\x4b\x60\x41\xd3\x11\x84\xca", "a BTS file (.tdf). Export its EMG tracks as text (.emt) or C3D"),
    (2, b"(C) CED 8", "a Spike2 file (.smr). Export it as MAT in Spike2"),
    (0, b"S64", "a Spike2 file (.smrx). Export it as MAT in Spike2"),
    (0, b"CEDFILE", "a Signal file (.cfs). Export it as MAT in Signal"),
    (0, b"CFWB", "a LabChart binary file. Export it as text or MAT in LabChart"),
    (0, b"Brain Vision Data Exchange", "a BrainVision header. Export the recording as EDF or BDF"),
    (0, b"XDF:", "an XDF file. Export the recording as EDF or CSV"),
    (0, b"POLY SAMPLE FILE", "a Poly5 file of TMSi. Export the recording as EDF"),
    (0, b"TDSm", "a LabVIEW file (.tdms). Export the recording as CSV"),
    (257, b"ustar", "an archive, as OTBiolab writes it (.otb+). Export the recording as CSV or MAT"),
    (0, b"%PDF", "a PDF. Export the recording as CSV"),
    (0, b"\x1f\x8b", "a gzip archive. Unpack it first"),
    (30, b"mimetypeapplication/vnd.oasis.opendocument", "an OpenDocument file. Save it as .xlsx or CSV"),
    (0, b"PK\x03\x04", "a ZIP archive. Unpack it first"),
    (0, b"\x89PNG", "a picture. Export the recording as CSV"),
    (0, b"<!DOCTYPE", "a web page. Download the file itself"),
    (0, b"<html", "a web page. Download the file itself"),
    (0, b"<?xml", "an XML file. Export the recording as CSV"),
    (0, b"{\\rtf", "a text document. Export the recording as CSV"),
    (0, b"version https://git-lfs", "a pointer to a file that was not downloaded. Fetch the file itself"),
)


def tell_format(file: File) -> str:
    """Return the name of a file's format, from its content.

    Raises
    ------
    RecordingError
        If it is a format that is not read.
    """
    for name, known in FORMATS.items():
        if known.by_bytes is not None and known.by_bytes(file.data):
            return name
    for at, magic, what in _REFUSED:
        if file.data[at : at + len(magic)] == magic:
            raise RecordingError(f"{file.name}: the content is {what}.")
    try:
        head = [line.lstrip("\ufeff") for line in file.text().head]
    except RecordingError as fault:
        titles = ", ".join(known.title for known in FORMATS.values())
        raise RecordingError(f"{file.name}: the content is of none of the formats that are read ({titles}). Export it as CSV, EDF or C3D, or "
                             "name its format=.") from fault  # fmt: skip
    return next(
        (name for name, known in FORMATS.items() if known.by_lines is not None and known.by_lines(head)), "table"
    )
