"""Surface EMG on arrays: amplitude, percent of a reference, quality. Signals are in µV, times in seconds."""

from mmc_analysis.emg.bursts import find_bursts, tkeo
from mmc_analysis.emg.butterworth import Butterworth, design_corners, filter_gain, filter_signal
from mmc_analysis.emg.durations import Durations, compare_durations
from mmc_analysis.emg.ensembles import Ensemble, ensemble
from mmc_analysis.emg.envelopes import envelope, linear_envelope, moving_arv, moving_rms
from mmc_analysis.emg.faults import FAULTS
from mmc_analysis.emg.gaps import band_pass
from mmc_analysis.emg.heart import find_beats, subtract_beats
from mmc_analysis.emg.normalisation import NormalisedTrial, above_reference, normalise
from mmc_analysis.emg.parameters import BurstSettings, QualityLimits
from mmc_analysis.emg.references import Reference, find_reference, reference_sensitivity, suspect_swap
from mmc_analysis.emg.repetitions import find_repetitions, measure_repetitions
from mmc_analysis.emg.reporting import Acquisition, methods_paragraph
from mmc_analysis.emg.results import Motion, Quality, Repetition, TrialLabel, TrialResult
from mmc_analysis.emg.runs import double_threshold
from mmc_analysis.emg.screening import screen, to_microvolts
from mmc_analysis.emg.settings import EmgSettings
from mmc_analysis.emg.simulate import SimulatedTrial, TrialPlan, simulate_trial
from mmc_analysis.emg.simulated_study import StudyPlan, StudyTrial, simulate_study
from mmc_analysis.emg.spectra import median_frequency, spectrum
from mmc_analysis.emg.trials import process_trial

__all__ = [
    "FAULTS",
    "Acquisition",
    "BurstSettings",
    "Butterworth",
    "Durations",
    "EmgSettings",
    "Ensemble",
    "Motion",
    "NormalisedTrial",
    "Quality",
    "QualityLimits",
    "Reference",
    "Repetition",
    "SimulatedTrial",
    "StudyPlan",
    "StudyTrial",
    "TrialLabel",
    "TrialPlan",
    "TrialResult",
    "above_reference",
    "band_pass",
    "compare_durations",
    "design_corners",
    "double_threshold",
    "ensemble",
    "envelope",
    "filter_gain",
    "filter_signal",
    "find_beats",
    "find_bursts",
    "find_reference",
    "find_repetitions",
    "linear_envelope",
    "measure_repetitions",
    "median_frequency",
    "methods_paragraph",
    "moving_arv",
    "moving_rms",
    "normalise",
    "process_trial",
    "reference_sensitivity",
    "screen",
    "simulate_study",
    "simulate_trial",
    "spectrum",
    "subtract_beats",
    "suspect_swap",
    "tkeo",
    "to_microvolts",
]
