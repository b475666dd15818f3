"""Instrument files to recordings: channels with their own rate and unit, events, and where they come from."""

from mmc_analysis.recordings.bids_export import export_bids
from mmc_analysis.recordings.formats import FORMATS
from mmc_analysis.recordings.hints import Hints
from mmc_analysis.recordings.reading import read_recording
from mmc_analysis.recordings.recording import Channel, Event, Recording, Source
from mmc_analysis.recordings.tidy_export import export_tidy, tidy
from mmc_analysis.recordings.writing import write_lab_file

__all__ = [
    "FORMATS",
    "Channel",
    "Event",
    "Hints",
    "Recording",
    "Source",
    "export_bids",
    "export_tidy",
    "read_recording",
    "tidy",
    "write_lab_file",
]
