"""The comparison of results with expected numbers sees what it must see."""

import pytest

from paper.verify import compare_folders, main


@pytest.fixture
def folders(tmp_path):
    """Two equal folders with one table."""
    for name in ("results", "expected"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "focus.csv").write_text("key,estimate\npec,9.0412\ntri,\n")
    return tmp_path / "results", tmp_path / "expected"


def test_equal_tables_agree(folders, capsys):
    assert main(*map(str, folders)) == 0
    assert "1 tables agree" in capsys.readouterr().out


def test_the_last_bits_of_a_platform_do_not_count(folders):
    (folders[0] / "focus.csv").write_text("key,estimate\npec,9.04120000001\ntri,\n")
    assert compare_folders(*folders) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("key,estimate\npec,9.0413\ntri,\n", "focus.csv: row 2, column estimate: 9.0413; expected 9.0412"),
        ("key,estimate\npec,9.0412\ntri,0\n", "focus.csv: row 3, column estimate: 0; expected empty"),
        ("key,estimate\npec,9.0412\ntrip,\n", "focus.csv: row 3, column key: trip; expected tri"),
        ("key,estimate\npec,9.0412\n", "focus.csv: 1 rows; expected 2"),
        ("key,value\npec,9.0412\ntri,\n", "focus.csv: columns are key, value; expected key, estimate"),
        ("key,estimate\npec,nan\ntri,\n", "focus.csv: row 2, column estimate: nan; expected 9.0412"),
    ],
)
def test_a_planted_wrong_number_is_found(folders, content, message, capsys):
    (folders[0] / "focus.csv").write_text(content)
    assert main(*map(str, folders)) == 1
    assert message in capsys.readouterr().out


def test_a_missing_table_is_found_on_either_side(folders):
    (folders[0] / "focus.csv").unlink()
    assert compare_folders(*folders) == [f"focus.csv: {folders[0] / 'focus.csv'} is missing"]
    (folders[0] / "other.csv").write_text("key\na\n")
    assert f"other.csv: {folders[1] / 'other.csv'} is missing" in compare_folders(*folders)


def test_two_empty_folders_do_not_pass(tmp_path):
    assert compare_folders(tmp_path, tmp_path)
