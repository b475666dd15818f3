"""The words that labs use for the columns and levels of the schema: data, no code."""

COLUMN_ROLES: dict[str, tuple[str, ...]] = {
    "study": ("study",),
    "participant": ("participant", "participants", "participant id", "participant no", "participant number", "subject",
                    "subject id", "subject no", "subject number", "subjects", "subj", "sub id", "id", "pid", "ppt",
                    "person", "athlete", "lifter", "volunteer"),
    "group": ("group", "grp", "treatment", "allocation"),
    "limb": ("limb", "side", "leg", "body side"),
    "limb_role": ("limb role", "limb_role", "leg role"),
    "trained_limb": ("trained limb", "trained leg", "trained arm", "trained side"),
    "immobilised_limb": ("immobilised limb", "immobilized limb", "immobilised side", "immobilized side", "cast side"),
    "session": ("session", "session no"),
    "time": ("time", "timepoint", "time point", "occasion", "test time", "measurement time"),
    "week": ("week", "weeks"),
    "order": ("order", "sequence"),
    "condition": ("condition", "cond", "instruction", "instructions", "focus", "attentional focus", "focus condition"),
    "focus_target": ("focus target",),
    "exercise": ("exercise", "exercises", "movement", "lift"),
    "tempo": ("tempo", "speed"),
    "phase": ("phase",),
    "load": ("load", "intensity", "relative load"),
    "load_pct_1rm": ("load pct 1 rm", "load % 1 rm", "load % of 1 rm", "% 1 rm", "pct 1 rm", "load pct", "load %"),
    "load_kg": ("load kg",),
    "muscle": ("muscle", "muscles"),
    "trial": ("trial", "trial no", "trial number", "attempt"),
    "repetition": ("repetition", "rep", "rep no"),
    "measure": ("measure", "outcome", "variable", "parameter"),
    "unit": ("unit", "units"),
}  # fmt: skip

PERSON_ROLES: dict[str, tuple[str, ...]] = {
    "sex": ("sex", "gender"),
    "age_years": ("age", "age years"),
    "height_cm": ("height", "body height", "stature", "height cm"),
    "body_mass_kg": ("body mass", "bodymass", "body weight", "bodyweight", "weight", "mass", "body mass kg"),
    "training_years": ("training years", "years of training", "training experience", "training age", "experience",
                       "resistance training", "training", "years training"),
    "one_rm_kg": ("1 rm", "one rm", "bench press 1 rm", "bench 1 rm", "1 rm bench press", "one rm kg",
                  "one repetition maximum"),
}  # fmt: skip

PERSON_UNITS = frozenset({"years", "year", "yrs", "yr", "y", "months", "m", "in", "inches"})

FILLERS = frozenset({"emg", "semg", "nemg", "value", "values", "amplitude", "activity", "focus", "condition", "muscle", "at",
                     "in", "of", "during", "strength", "mvc", "mvic"})  # fmt: skip

MUSCLES: dict[str, tuple[str, ...]] = {
    "pectoralis major": ("pec", "pecs", "pectoralis", "pectoral", "pectorals", "chest", "pec major", "pectoralis maj"),
    "triceps brachii": ("tri", "tric", "triceps", "tricep", "triceps br"),
    "biceps brachii": ("bic", "biceps", "bicep", "biceps br"),
    "brachioradialis": ("brachiorad",),
    "anterior deltoid": ("anterior delt", "ant deltoid", "ant delt", "front delt", "deltoideus anterior", "deltoid anterior"),
    "lateral deltoid": ("lateral delt", "middle delt", "medial deltoid", "middle deltoid", "deltoid lateral"),
    "posterior deltoid": ("posterior delt", "rear delt", "post deltoid", "deltoid posterior"),
    "latissimus dorsi": ("lat", "lats", "latissimus"),
    "upper trapezius": ("upper trap",),
    "middle trapezius": ("mid trap", "middle trap", "mid trapezius"),
    "lower trapezius": ("lower trap",),
    "gluteus maximus": ("glute", "glutes", "glute max", "gluteus", "gluteus max"),
    "gluteus medius": ("glute med", "gluteus med"),
    "rectus femoris": ("rf", "rectus fem"),
    "vastus lateralis": ("vl", "vastus lat"),
    "vastus medialis": ("vm", "vastus med", "vastus medialis obliquus", "vmo"),
    "vastus intermedius": ("vi", "vastus int"),
    "quadriceps femoris": ("quad", "quads", "quadriceps"),
    "biceps femoris": ("bf", "biceps fem"),
    "hamstrings": ("hams", "hamstring"),
    "soleus": ("sol",),
    "medial gastrocnemius": ("mg", "gastrocnemius medialis", "gm"),
    "lateral gastrocnemius": ("lg", "gastrocnemius lateralis", "gl"),
    "tibialis anterior": ("ta", "tib ant"),
    "rectus abdominis": ("rectus abd", "abs"),
    "external oblique": ("ext oblique",),
    "internal oblique": ("int oblique",),
    "erector spinae": ("erector", "es"),
    "serratus anterior": ("serratus",),
    "abductor digiti minimi": ("adm",),
    "elbow flexors": ("elbow flexor",),
    "wrist flexors": ("wrist flexor",),
}  # fmt: skip

CONDITIONS: dict[str, tuple[str, ...]] = {
    "regular": ("reg", "normal", "neutral", "none", "no", "usual", "no instruction", "uninstructed"),
    "external": ("ext", "extern"),
    "pectoralis": ("pec", "pecs", "pectoral", "pectorals", "pectoralis major", "pec major", "chest"),
    "triceps": ("tri", "tric", "tricep", "triceps brachii"),
}  # fmt: skip

INSTRUCTIONS: dict[str, tuple[str, ...]] = {
    "none": ("regular", "normal", "neutral", "no", "no instruction", "control", "uninstructed", "usual"),
    "focus": ("focused", "focussed", "internal", "squeeze", "mmc", "maximise", "maximize"),
    "avoid": ("avoided", "avoiding", "minimise", "minimize"),
}  # fmt: skip

TIMES: dict[str, tuple[str, ...]] = {
    "pre": ("baseline", "before", "pretest", "pre test", "pre training", "initial"),
    "mid": ("middle", "midway", "midtest", "mid test", "mid training"),
    "post": ("after", "posttest", "post test", "post training", "final"),
    "followup": ("follow up", "fu", "retention"),
}  # fmt: skip

LIMBS: dict[str, tuple[str, ...]] = {
    "left": ("l", "left leg", "left arm", "left side", "left limb", "lt"),
    "right": ("r", "right leg", "right arm", "right side", "right limb", "rt"),
}  # fmt: skip

LIMB_ROLES: dict[str, tuple[str, ...]] = {
    "trained": ("exercised", "trained limb", "trained leg", "trained arm"),
    "untrained": ("non trained", "not trained", "contralateral", "untrained limb", "untrained leg", "untrained arm"),
    "immobilised": ("immobilized", "cast", "casted", "immobilised limb", "immobilized limb"),
}  # fmt: skip

SEXES: dict[str, tuple[str, ...]] = {
    "female": ("f", "woman", "women", "females"),
    "male": ("m", "man", "men", "males"),
}  # fmt: skip

PHASES: dict[str, tuple[str, ...]] = {
    "concentric": ("con", "conc", "up"),
    "eccentric": ("ecc", "exc", "down"),
    "isometric": ("iso", "static"),
    "whole": ("both", "full", "whole repetition"),
}  # fmt: skip

EMG_MEASURES: dict[str, tuple[str, ...]] = {
    "emg_peak": ("peak", "peak emg", "emg peak", "emg_peak"),
    "emg_mean": ("mean", "mean emg", "emg mean", "average emg"),
    "emg_integral": ("iemg", "integrated emg", "emg integral"),
    "emg_median_frequency": ("mdf", "median frequency", "emg median frequency"),
}  # fmt: skip

OTHER_MEASURES: dict[str, tuple[str, ...]] = {
    "emg_peak": ("peak emg", "emg peak"),
    "emg_mean": ("mean emg", "emg mean"),
    "torque": ("peak torque", "mvc torque", "mvic torque", "moment"),
    "force": ("peak force", "mvc force", "mvic force", "max force", "maximal force"),
    "one_rm": ("1 rm", "one rm", "one repetition maximum"),
    "muscle_thickness": ("thickness", "mt"),
    "muscle_area": ("csa", "cross sectional area", "muscle csa"),
    "fibre_area": ("fibre csa", "fiber csa", "fibre cross sectional area", "fiber area"),
    "lean_mass": ("lean", "lean body mass"),
    "voluntary_activation": ("va", "interpolated twitch"),
    "repetitions": ("reps", "number of repetitions"),
    "silent_period": (),
    "duration": (),
    "score": (),
}  # fmt: skip

REFERENCES = ("mvc", "mvic", "max", "maximum", "maximal", "reference", "maxima")
STATISTICS_ROWS = frozenset({
    "mean", "means", "avg", "average", "averages", "sd", "std", "stdev", "st dev", "std dev", "standard deviation", "sem", "se",
    "std error", "standard error", "median", "min", "max", "minimum", "maximum", "range", "cv", "cv %", "iqr", "n", "total", "sum",
    "count", "mean sd", "t test", "ttest", "p", "p value", "ci", "95 % ci", "variance", "var",
    "mittelwert", "mw", "standardabweichung", "stabw", "gesamt", "summe", "anzahl", "media", "média", "desviación estándar",
    "desviación típica", "desvio padrão", "dp", "promedio", "suma", "moyenne", "écart type", "somme", "deviazione standard",
    "somma", "totale", "gemiddelde", "totaal", "medelvärde", "gjennomsnitt", "gennemsnit", "średnia", "suma końcowa",
})  # fmt: skip
STATISTICS_COMPANIONS = frozenset({"m", "group", "grand", "overall", "all", "subjects", "participants"})
