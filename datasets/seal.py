"""Write the SHA-256 sum of every file into the datapackage.json of the datasets named, after a change that is meant.

python datasets/seal.py example_calatayud claims
"""

import hashlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def seal(folder: Path) -> None:
    """Write the sums of a dataset's files into its description."""
    description = folder / "datapackage.json"
    content = json.loads(description.read_text(encoding="utf-8"))
    for resource in content["resources"]:
        digest = hashlib.sha256((folder / resource["path"]).read_bytes()).hexdigest()
        resource["hash"] = f"sha256:{digest}"
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    description.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        seal(HERE / name)
