"""The errors and warnings of the package.

Every message says what was found, where, what is allowed, and what to do.
"""


class MMCError(Exception):
    """Base of every error that the package raises on purpose."""


class OptionError(MMCError, TypeError):
    """An argument has a name or a value that does not exist."""


class SchemaError(MMCError, ValueError):
    """A frame does not follow its table; the message lists every fault."""


class DatasetError(MMCError):
    """A dataset of the package is missing, changed or unknown."""


class LoaderError(MMCError, ValueError):
    """A lab's table cannot be read without doubt."""


class RecordingError(MMCError, ValueError):
    """An instrument file cannot be read without doubt."""


class ModelError(MMCError, ValueError):
    """A model cannot be fitted, or a question asked of a fit has no answer."""


class EffectError(MMCError, ValueError):
    """An effect size or a synthesis is not defined for what was given."""


class FigureError(MMCError, ValueError):
    """A frame cannot be drawn as asked."""


class ReportError(MMCError, ValueError):
    """A number, table or sentence cannot be written as asked."""


class MissingExtraError(MMCError, ImportError):
    """An optional dependency is not installed; the message names the command that installs it."""


class MMCWarning(UserWarning):
    """Something the user should know before trusting a result."""
