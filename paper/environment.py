"""Make the project's environment in .venv from requirements.lock; needs only Python 3.11+ with venv.

Usage: python3 paper/environment.py [folder]
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
OLDEST = (3, 11)


def python_in(folder: Path) -> Path:
    """Return the interpreter of a virtual environment on this system."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def run(*command: str | Path, quiet: bool = False) -> bool:
    """Run a command from the project's folder; return whether it succeeded."""
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    kwargs = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} if quiet else {}
    return subprocess.run([str(part) for part in command], cwd=ROOT, env=environment, **kwargs).returncode == 0


def locked(name: str) -> str:
    """Return the lines of one package in the lock file, with its hashes."""
    found = re.search(rf"^{name}==.*?(?=^\S|\Z)", LOCK.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    if not found:
        raise SystemExit(f"{LOCK.name} has no package {name}; run: make lock")
    return "\n".join(line for line in found.group().splitlines() if not line.lstrip().startswith("#"))


def install_uv(python: Path) -> bool:
    """Install the locked uv, which installs the rest several times faster than pip; return whether it worked."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "uv.txt")
        wanted.write_text(locked("uv"), encoding="utf-8")
        return run(python, "-m", "pip", "install", "-q", "--require-hashes", "--no-deps", "-r", wanted, quiet=True)


def install(python: Path) -> bool:
    """Install everything that is locked, then the project itself, editable; by pip where uv finds no way to the network."""
    pip = [python, "-m", "pip", "install", "-q", "--compile"]
    uv = [python, "-m", "uv", "pip", "install", "-q", "--python", python, "--compile-bytecode"]
    return any(
        run(*installer, "--require-hashes", "-r", LOCK)
        and run(*installer, "--no-deps", "--no-build-isolation", "-e", ".")
        for installer in ([uv, pip] if install_uv(python) else [pip])
    )


def main(folder: Path) -> None:
    """Make the environment afresh; a broken one is replaced whole."""
    if sys.version_info < OLDEST:
        raise SystemExit(
            f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed, but {sys.executable} is {sys.version.split()[0]}. "
            "Name a newer one: make PYTHON=/path/to/python3"
        )
    if folder.exists() and not (folder / "pyvenv.cfg").is_file() and any(folder.iterdir()):
        raise SystemExit(f"{folder} exists and is no Python environment; name another folder, or remove it yourself.")
    print(f"Making the environment in {folder.name}/ (about half a minute) …", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    if not install(python_in(folder)):
        shutil.rmtree(folder, ignore_errors=True)
        raise SystemExit("The environment could not be made; the reason is above. Is there a network?")
    (folder / "ready").write_text(LOCK.name + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(ROOT / (sys.argv[1] if len(sys.argv) > 1 else ".venv"))
