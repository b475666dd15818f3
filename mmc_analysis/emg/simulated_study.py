"""A whole study with a known effect of focus: people, loads, conditions, maximal trials, as signals."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mmc_analysis.emg.parameters import check_numbers, named_fields
from mmc_analysis.emg.simulate import SimulatedTrial, TrialPlan, simulate_trial
from mmc_analysis.errors import RecordingError
from mmc_analysis.options import named_options

CONDITIONS = ("regular", "pectoralis", "triceps")
MUSCLES = ("pectoralis", "triceps")
LEVELS = {20: 25.0, 40: 40.0, 50: 50.0, 60: 60.0, 80: 78.0}
LEAST_PCT = 2.0
FOCUS_GAIN = {20: 6.0, 40: 6.0, 50: 6.0, 60: 6.0, 80: 0.0}


@named_fields
@dataclass(frozen=True, kw_only=True)
class StudyPlan:
    """A within-participant study of focus × load.

    Attributes
    ----------
    participants, repetitions, maximal_trials : int
        Maximal trials are for each muscle in turn; the other muscle is half active.
    conditions : tuple of str
        The first is without focus; the others name the muscle to focus on.
    muscles : tuple of str
    levels_pct : mapping of int to float
        Load in percent of the one-repetition maximum, to the mean amplitude in percent of the maximal contraction.
    focus_points : mapping of int to float
        Load, to the points that focusing on a muscle adds to that muscle.
    maximum_uv, maximum_spread : float
        Typical maximal amplitude, and the standard deviation of its logarithm between people and muscles.
    person_points, slope_points, cell_points : float
        Standard deviations, in points: between people, of their responses to focus, and of each trial.
    trial : TrialPlan
        Length, sampling frequency and faults of every trial; its repetitions are laid out anew.
    """

    participants: int = 18
    repetitions: int = 3
    maximal_trials: int = 4
    conditions: tuple[str, ...] = CONDITIONS
    muscles: tuple[str, ...] = MUSCLES
    levels_pct: Mapping[int, float] = field(default_factory=lambda: dict(LEVELS))
    focus_points: Mapping[int, float] = field(default_factory=lambda: dict(FOCUS_GAIN))
    maximum_uv: float = 500.0
    maximum_spread: float = 0.3
    person_points: float = 6.0
    slope_points: float = 2.0
    cell_points: float = 2.0
    trial: TrialPlan = field(default_factory=lambda: TrialPlan(fs=1500.0, duration_s=8.0))

    def __post_init__(self):
        check_numbers(self, low=1, names=("participants", "repetitions", "maximal_trials"))
        check_numbers(self, low=0.0, names=("maximum_spread", "person_points", "slope_points", "cell_points"))
        check_numbers(self, low=1.0, names=("maximum_uv",))
        for name in ("participants", "repetitions", "maximal_trials"):
            if getattr(self, name) != int(getattr(self, name)):
                raise RecordingError(f"{name}={getattr(self, name)!r} is not a whole number.")
        for name in ("conditions", "muscles"):
            if not _are_names(getattr(self, name)):
                raise RecordingError(
                    f"{name}={getattr(self, name)!r} must be names, each once, such as ('pectoralis', 'triceps')."
                )
        for name in ("levels_pct", "focus_points"):
            if not isinstance(getattr(self, name), Mapping):
                raise RecordingError(
                    f"{name}={getattr(self, name)!r} must map each load to a number, such as {{50: 60.0}}."
                )
        if not isinstance(self.trial, TrialPlan):
            raise RecordingError(f"trial={self.trial!r} must be a TrialPlan(…).")
        if set(self.levels_pct) != set(self.focus_points):
            raise RecordingError(f"levels_pct has loads {sorted(self.levels_pct)}, focus_points {sorted(self.focus_points)}. "
                                 "Give both for the same loads.")  # fmt: skip


def _are_names(names) -> bool:
    return (
        isinstance(names, Sequence) and not isinstance(names, str) and len(names) > 0
        and all(isinstance(name, str) and name for name in names) and len(set(names)) == len(names)
    )  # fmt: skip


@dataclass(frozen=True)
class StudyTrial:
    """One recording of one person: all muscles at once.

    Attributes
    ----------
    participant, trial : str
    kind : {"task", "mvic"}
    condition : str
        "" for maximal trials.
    load_pct_1rm : int or None
    target : str
        The muscle that a maximal trial is for, or that the condition names; "" for none.
    fs : float
    signals : dict of str to numpy.ndarray
        Muscle to shape (n_samples,), in µV.
    events : tuple of (float, float)
        Start and stop of the repetitions in s.
    true_pct : dict of str to float
        Muscle to its true amplitude in percent of its maximal contraction.
    trials : dict of str to SimulatedTrial
        Muscle to the whole truth.
    """

    participant: str
    trial: str
    kind: str
    condition: str
    load_pct_1rm: int | None
    target: str
    fs: float
    signals: dict[str, np.ndarray]
    events: tuple[tuple[float, float], ...]
    true_pct: dict[str, float]
    trials: dict[str, SimulatedTrial]


@named_options
def simulate_study(plan: StudyPlan, seed: int, *, participant: int | None = None) -> Iterator[StudyTrial]:
    """Simulate a study, one trial at a time.

    A person's trials depend on the seed and the person's number alone, so people may be simulated in any order.

    Parameters
    ----------
    plan : StudyPlan
    seed : int
    participant : int, optional
        Only this person, from 0.

    Yields
    ------
    StudyTrial
        Maximal trials first, then every load × condition.

    Examples
    --------
    >>> first = next(simulate_study(StudyPlan(participants=1), seed=1))
    >>> first.kind, first.target, sorted(first.signals)
    ('mvic', 'pectoralis', ['pectoralis', 'triceps'])
    """
    numbers = range(int(plan.participants)) if participant is None else [participant]
    for number in numbers:
        yield from _person(plan, seed, number)


@dataclass(frozen=True)
class _Cell:
    """Which trial comes next, and the true percent of each muscle in it."""

    trial: str
    kind: str
    condition: str
    load: int | None
    target: str
    pct: dict[str, float]


def _person(plan: StudyPlan, seed: int, number: int) -> Iterator[StudyTrial]:
    rng = np.random.default_rng([seed, number])
    width = max(2, len(str(plan.participants)))
    name = f"P{number + 1:0{width}d}"
    maximum = {m: plan.maximum_uv * np.exp(plan.maximum_spread * rng.standard_normal()) for m in plan.muscles}
    cells = itertools.chain(_maximal_cells(plan, rng), _task_cells(plan, rng))
    for index, cell in enumerate(cells):
        yield _trial(plan, [seed, number, index], name, cell, maximum)


def _maximal_cells(plan: StudyPlan, rng: np.random.Generator) -> Iterator[_Cell]:
    for index in range(int(plan.maximal_trials)):
        round_, which = divmod(index, len(plan.muscles))
        target = plan.muscles[which]
        effort = 100.0 - 8.0 * rng.uniform() * (round_ > 0)
        pct = {muscle: effort if muscle == target else 50.0 for muscle in plan.muscles}
        yield _Cell(f"mvic_{target}_{round_ + 1}", "mvic", "", None, target, pct)


def _task_cells(plan: StudyPlan, rng: np.random.Generator) -> Iterator[_Cell]:
    base = {muscle: plan.person_points * rng.standard_normal() for muscle in plan.muscles}
    response = {muscle: plan.slope_points * rng.standard_normal() for muscle in plan.muscles}
    for load, condition in itertools.product(sorted(plan.levels_pct), plan.conditions):
        pct = {}
        for muscle in plan.muscles:
            focused = (plan.focus_points[load] + response[muscle]) * (condition == muscle)
            level = plan.levels_pct[load] + base[muscle] + focused + plan.cell_points * rng.standard_normal()
            pct[muscle] = max(LEAST_PCT, level)
        target = condition if condition in plan.muscles else ""
        yield _Cell(f"{condition}_{load}", "task", condition, load, target, pct)


def _trial(plan: StudyPlan, seed: list[int], participant: str, cell: _Cell, maximum: dict[str, float]) -> StudyTrial:
    count = int(plan.repetitions) if cell.kind == "task" else 1
    lead, gap = 0.15 * plan.trial.duration_s, 0.25
    each = (0.75 * plan.trial.duration_s - gap * (count - 1)) / count
    bounds = tuple((lead + i * (each + gap), lead + i * (each + gap) + each) for i in range(count))
    made = {}
    for channel, muscle in enumerate(plan.muscles):
        level = cell.pct[muscle] / 100 * maximum[muscle]
        made[muscle] = simulate_trial(
            replace(plan.trial, bounds=bounds, amplitudes_uv=(level,) * count), [*seed, channel]
        )
    signals = {muscle: simulated.signal for muscle, simulated in made.items()}
    return StudyTrial(
        participant,
        cell.trial,
        cell.kind,
        cell.condition,
        cell.load,
        cell.target,
        plan.trial.fs,
        signals,
        bounds,
        cell.pct,
        made,
    )
