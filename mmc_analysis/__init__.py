"""mmc_analysis: from EMG and strength data to models, effect sizes, figures and a paper.

Names are loaded when first used, so that ``import mmc_analysis`` stays fast.
"""

import importlib

__version__ = "0.1.0"

_HOMES = {
    "errors": (
        "DatasetError", "EffectError", "FigureError", "LoaderError", "MissingExtraError", "MMCError", "MMCWarning",
        "ModelError", "OptionError", "RecordingError", "ReportError", "SchemaError",
    ),
    "emg": ("EmgSettings",),
    "loaders": (
        "change", "load_calatayud", "load_contreras", "load_example", "load_imagery", "load_participants", "missing_cells",
        "percent_of_baseline", "process_recordings", "recordings_paragraph", "simulate_recordings", "summarise", "trial_sheet", "with_participants",
    ),
    "recordings": ("read_recording",),
    "studies": ("list_studies", "load_study"),
    "models": ("compare", "fit_mixed", "fit_repeated", "rm_anova"),
    "synthesis": ("consistency", "meta_analysis", "meta_multilevel"),
}  # fmt: skip
_MODULES = (
    "datasets", "effects", "emg", "figures", "loaders", "models", "recordings", "report", "schema", "studies", "synthesis",
)  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = ["__version__", *sorted(_HOME_OF), *_MODULES]


def __getattr__(name: str):
    if name in _HOME_OF:
        return getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
