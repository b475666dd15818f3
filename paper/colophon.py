"""Which versions built the paper: major and minor in the text, all of them in build/environment.json."""

import json
import platform
from importlib.metadata import distributions, version
from pathlib import Path

SHOWN = ("numpy", "scipy", "pandas", "statsmodels", "matplotlib")


def sentence() -> str:
    """Return one sentence with major and minor versions, so that a patch release does not change the text."""
    shown = [f"{name} {'.'.join(version(name).split('.')[:2])}" for name in SHOWN]
    python = ".".join(platform.python_version_tuple()[:2])
    return f"This copy was built with mmc_analysis {version('mmc-analysis')}, Python {python}, {', '.join(shown)}."


def write_environment(path: Path) -> None:
    """Write every installed distribution with its full version."""
    installed = {found.metadata["Name"]: found.version for found in distributions()}
    path.write_text(json.dumps(dict(sorted(installed.items(), key=lambda item: item[0].lower())), indent=1) + "\n")
