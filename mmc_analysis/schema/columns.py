"""The glossary: every column that a table of this package may have, with one meaning each.

None of the optional columns must be present, but a column that is present under
one of these names has the meaning written here, in every table.
"""

from dataclasses import dataclass

EVIDENCE = ("measured", "published", "derived", "synthetic")
FOCUS = ("none", "internal", "external", "avoid")
LIMB_ROLES = ("trained", "untrained", "immobilised")
TIMES = ("pre", "mid", "post", "followup")
STATISTICS = (
    "mean", "sd", "se", "plus_minus", "median", "range_low", "range_high", "diff", "ci_low", "ci_high", "p", "t", "F",
    "df", "num_df", "r", "cohen_d", "beta", "n", "count", "load", "alpha", "pct_change", "direction", "significance",
)  # fmt: skip
RELATIONS = ("=", "<", ">", "ns")
DIRECTIONS = ("higher", "lower", "no_difference")
QUANTITIES = ("level", "change", "pct_change", "pct_of_baseline")
SOURCE_KINDS = ("abstract", "paper_text", "secondary")

KINDS = ("id", "label", "ordered", "number", "integer", "boolean", "text")


@dataclass(frozen=True)
class Column:
    """One column of the glossary.

    Attributes
    ----------
    name : str
        The column's name, the same in every table.
    kind : {"id", "label", "ordered", "number", "integer", "boolean", "text"}
        What its cells hold. ``label`` and ``ordered`` are categories; ``ordered`` has a meaning in its order.
    meaning : str
        One sentence.
    levels : tuple of str
        The only values allowed; empty where the lab chooses.
    nullable : bool
        Whether a cell may be empty.
    """

    name: str
    kind: str
    meaning: str
    levels: tuple[str, ...] = ()
    nullable: bool = False


def _glossary(*columns: Column) -> dict[str, Column]:
    return {column.name: column for column in columns}


DESIGN = _glossary(
    Column("study", "id", "Slug of the study."),
    Column("participant", "id", "Identifier of a person, unique within the study."),
    Column("group", "label", "Between-participant arm, such as control, imagery, physical or internal."),
    Column("limb", "label", "Side of the body that was measured.", ("left", "right"), nullable=True),
    Column("limb_role", "label", "What was done to this limb: trained, untrained, immobilised, or the arm it was given.",
           nullable=True),
    Column("session", "label", "Session label."),
    Column("time", "ordered", "Occasion in order, such as pre < mid < post < followup."),
    Column("week", "number", "Weeks since the start of the study.", nullable=True),
    Column("order", "integer", "Position in the sequence of trials or conditions, from 1.", nullable=True),
    Column("condition", "ordered", "The lab's own condition, reference first; this is what formulas use."),
    Column("focus", "label", "What the condition asked of attention.", FOCUS),
    Column("focus_target", "label", "The muscle that the instruction named, or none."),
    Column("exercise", "label", "The movement."),
    Column("tempo", "label", "Speed that was asked, such as controlled or explosive.", nullable=True),
    Column("phase", "label", "Part of the movement.", ("concentric", "eccentric", "isometric", "whole")),
    Column("load", "ordered", "Load as an ordered category, for formulas."),
    Column("load_pct_1rm", "number", "Load in percent of the one-repetition maximum.", nullable=True),
    Column("load_kg", "number", "Load in kilograms.", nullable=True),
    Column("muscle", "label", "The muscle that was measured."),
    Column("muscle_role", "label", "Whether the condition named this muscle.", ("target", "other"), nullable=True),
    Column("trial", "integer", "Index of the trial within its cell, from 1.", nullable=True),
    Column("repetition", "integer", "Index of the repetition within its trial, from 1.", nullable=True),
)  # fmt: skip

MEASUREMENT = _glossary(
    Column("measure", "label", "What kind of number was measured."),
    Column("value", "number", "The number; empty where the cell of the source was empty.", nullable=True),
    Column("unit", "label", "Unit of the value, legal for its measure."),
    Column("reference_value", "number", "The value that stands for 100 %, in the unit before normalisation.",
           nullable=True),
    Column("reference_trial", "text", "Which trial gave the reference value.", nullable=True),
    Column("evidence", "label", "Where a number comes from: measured in a lab, printed in a paper, computed from "
           "either, or simulated.", EVIDENCE),
)  # fmt: skip

PERSON = _glossary(
    Column("sex", "label", "Sex as recorded by the lab.", nullable=True),
    Column("age_years", "number", "Age in years.", nullable=True),
    Column("height_cm", "number", "Height in centimetres.", nullable=True),
    Column("body_mass_kg", "number", "Body mass in kilograms.", nullable=True),
    Column("training_years", "number", "Years of resistance training.", nullable=True),
    Column("one_rm_kg", "number", "One-repetition maximum in kilograms.", nullable=True),
)

PRINTED = _glossary(
    Column("result", "id", "Slug that ties the rows of one printed result together."),
    Column("outcome", "label", "What was measured, in the words of the glossary's measures or of the paper."),
    Column("comparator", "label", "The condition, group or time compared with.", nullable=True),
    Column("statistic", "label", "Which number is printed.", STATISTICS),
    Column("printed", "text", "The text as printed, with its decimals."),
    Column("relation", "label", "How the printed number relates to the true one.", RELATIONS),
    Column("quantity", "label", "What the number describes: a level, a change, or a change in percent.", QUANTITIES,
           nullable=True),
    Column("place", "text", "Where in the source it stands."),
    Column("source_kind", "label", "What was read.", SOURCE_KINDS),
    Column("verified", "boolean", "Whether it was read in the paper's own abstract or text."),
    Column("note", "text", "A remark on this row.", nullable=True),
)  # fmt: skip

RESULT = _glossary(
    Column("key", "id", "Slug by which a text refers to this row."),
    Column("label", "text", "Name of this row for a reader."),
    Column("term", "label", "Term of a model."),
    Column("contrast", "label", "Difference that is estimated, written as 'a - b'."),
    Column("grouping", "label", "Grouping factor of a random effect."),
    Column("level", "label", "Level of the grouping factor."),
    Column("n_levels", "integer", "Levels of the grouping factor behind the row.", nullable=True),
    Column("metric", "label", "What the estimate is, naming its standardiser: raw, d_z, d_av, g_s, log_ratio …"),
    Column("estimate", "number", "The estimate.", nullable=True),
    Column("std_error", "number", "Standard error of the estimate.", nullable=True),
    Column("df", "number", "Degrees of freedom of the estimate; infinite for a normal reference.", nullable=True),
    Column("num_df", "number", "Numerator degrees of freedom.", nullable=True),
    Column("den_df", "number", "Denominator degrees of freedom.", nullable=True),
    Column("statistic", "number", "Test statistic.", nullable=True),
    Column("p_value", "number", "P value of the statistic.", nullable=True),
    Column("p_relation", "label", "How a printed P value relates to the true one; absent or '=' where it is exact.",
           RELATIONS, nullable=True),
    Column("direction", "label", "Direction of a difference, where a paper states it without a number.",
           DIRECTIONS, nullable=True),
    Column("conf_level", "number", "Confidence level of the interval, as a fraction.", nullable=True),
    Column("conf_low", "number", "Lower limit of the confidence interval.", nullable=True),
    Column("conf_high", "number", "Upper limit of the confidence interval.", nullable=True),
    Column("pred_low", "number", "Lower limit of the prediction interval of a pooled estimate.", nullable=True),
    Column("pred_high", "number", "Upper limit of the prediction interval of a pooled estimate.", nullable=True),
    Column("weight", "number", "Share of this row in a pooled estimate, in percent.", nullable=True),
    Column("n", "number", "Number of participants behind the row.", nullable=True),
    Column("n_1", "number", "Number of participants in the first of two groups.", nullable=True),
    Column("n_2", "number", "Number of participants in the second of two groups.", nullable=True),
    Column("n_obs", "number", "Number of observations behind the row.", nullable=True),
    Column("mean", "number", "Arithmetic mean.", nullable=True),
    Column("sd", "number", "Standard deviation, with n - 1 in the denominator.", nullable=True),
    Column("method", "text", "How the estimate and its interval were computed."),
    Column("adjust", "label", "Adjustment of P values and intervals for multiplicity."),
    Column("tau2", "number", "Variance of true effects between studies.", nullable=True),
    Column("i2", "number", "Share of the variance of effects that is between studies, in percent.", nullable=True),
    Column("q", "number", "Cochran's Q, the statistic of heterogeneity.", nullable=True),
    Column("bound_low", "number", "Lower bound of the effects that are too small to matter.", nullable=True),
    Column("bound_high", "number", "Upper bound of the effects that are too small to matter.", nullable=True),
    Column("p_lower", "number", "One-sided P value of the test against the lower bound.", nullable=True),
    Column("p_upper", "number", "One-sided P value of the test against the upper bound.", nullable=True),
    Column("assumption", "text", "What was assumed to get this row, such as r = 0.7 or ± read as SD.", nullable=True),
    Column("verdict", "label", "What a test or a check concludes."),
    Column("eps_gg", "number", "Greenhouse-Geisser epsilon.", nullable=True),
    Column("eps_hf", "number", "Huynh-Feldt epsilon, not truncated at 1.", nullable=True),
    Column("p_gg", "number", "P value with Greenhouse-Geisser degrees of freedom.", nullable=True),
    Column("p_hf", "number", "P value with Huynh-Feldt degrees of freedom.", nullable=True),
    Column("mauchly_w", "number", "Mauchly's W.", nullable=True),
    Column("p_mauchly", "number", "P value of Mauchly's test of sphericity.", nullable=True),
    Column("ges", "number", "Generalised eta squared.", nullable=True),
    Column("pes", "number", "Partial eta squared.", nullable=True),
)  # fmt: skip

GLOSSARY: dict[str, Column] = {**DESIGN, **MEASUREMENT, **PERSON, **PRINTED, **RESULT}
