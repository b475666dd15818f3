"""Instrument files to recordings: channels with their own rate and unit, events, and where they come from."""

from mmc_analysis.recordings.formats import FORMATS
from mmc_analysis.recordings.hints import Hints
from mmc_analysis.recordings.reading import read_recording
from mmc_analysis.recordings.recording import Channel, Event, Recording, Source

__all__ = ["FORMATS", "Channel", "Event", "Hints", "Recording", "Source", "read_recording"]
