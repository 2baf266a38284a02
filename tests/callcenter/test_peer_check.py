"""The rules of linked sites, each broken once in the sample of two, and told with file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcenter.site_file.document import dump, examine, load
from tests.sample import SAMPLE

pytestmark = pytest.mark.req("GW-5")
FILES = [SAMPLE.parent / f"two_sites_{name}.yaml" for name in ("beijing", "shanghai")]
TEXT = FILES[0].read_text()


def told(tmp_path: Path, old: str, new: str) -> list[str]:
    assert TEXT.count(old) == 1
    file = tmp_path / "site.yaml"
    file.write_text(TEXT.replace(old, new))
    return [line.removeprefix(f"{file}:") for line in examine(file).errors]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_samples_are_right_and_survive_their_files(file: Path, tmp_path: Path) -> None:
    assert examine(file).errors == []
    again = tmp_path / "again.yaml"
    again.write_text(dump(load(file)))
    assert load(again) == load(file)
    assert dump(load(again)) == again.read_text()


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("  - name: shanghai\n", "  - name: beijing\n", "peers[0].name: beijing is this site's own name"),
        ("    trunk: to_shanghai\n", "    trunk: to_shanghia\n",
         "peers[0].trunk: there is no trunk to_shanghia; did you mean to_shanghai?"),
        ("    trunk: to_shanghai\n", "    trunk: line_bj\n", "peers[0].trunk: route emergency uses this link"),
        ('{by: address, hosts: ["10.77.0.2"]}', "{by: board, group: 1}",
         "peers[0].trunk: a link is a trunk by address: to_shanghai is by board"),
        ("    routes: [local]\n", "    routes: [locla]\n",
         "peers[0].routes[0]: there is no route locla; did you mean local?"),
        ('inside: ["62xx"]', 'inside: ["62xx", "61xx"]', "peers[0].inside[1]: 6101 is a seat's number here"),
        ('inside: ["62xx"]', 'inside: ["62x1x"]', "peers[0].inside[0]: "),
        ('inside: ["62xx"]', 'inside: ["63xx"]', "seats[2].number: 6201 is no number of site shanghai"),
        ("site: shanghai}", "site: shanghia}", "seats[2].site: there is no peer shanghia"),
        ("cost: 10}", "cost: -1}", "peers[0].areas[0].cost: "),
        ('prefixes: ["021"]', 'prefixes: [""]', "peers[0].areas[0].prefixes[0]: "),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_where_it_stands(tmp_path: Path, old: str, new: str, where: str) -> None:
    lines = told(tmp_path, old, new)
    assert any(where in line and line.split(":")[0].isdecimal() for line in lines), lines


def test_two_peers_share_neither_link_nor_numbers(tmp_path: Path) -> None:
    second = "  - {name: canton, title: x, trunk: to_shanghai, inside: [620x]}\n\nprompts:\n"
    numbers, link = told(tmp_path, "\nprompts:\n", second)
    assert link.endswith("peers[1].trunk: to_shanghai is the link to shanghai: give this site another")
    assert numbers.endswith("peers[1].inside[0]: 620x and 62xx of shanghai have numbers in common")
    assert len(told(tmp_path, "\nprompts:\n", second.replace("620x", "630x"))) == 1
