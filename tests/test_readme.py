"""What README shows runs as it stands."""

import re

import matplotlib
import pytest


def test_the_example_runs(root, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    (code,) = re.findall(r"```python\n(.*?)```", (root / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    names: dict = {}
    exec(code, names)
    assert names["fit"].converged
    assert len(names["lifters"]) == 18 * 3 * 5 * 2


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "datasets/README.md"])
def test_links_lead_somewhere(root, page):
    text = (root / page).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith(("http", "#"))]
    for link in links:
        assert ((root / page).parent / link.split("#")[0]).exists(), f"{page} links to {link}"
