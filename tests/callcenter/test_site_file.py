"""A wrong site file is told all its problems: file, line, key and the mend."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from callcenter.errors import SiteError
from callcenter.site_file.document import LARGEST, dump, examine, load

SMALL = """\
name: small
title: 小站
timezone: Asia/Shanghai
languages: [zh]
"""

EXCEPTION = "calendars: [{{name: a, title: a, timezone: UTC, week: {{}}, exceptions: [{{{}}}]}}]"


def told(tmp_path: Path, text: str | bytes) -> list[str]:
    """The errors of a file with this text, without the folder before its name."""
    return [line.removeprefix(f"{tmp_path}/") for line in examine(written(tmp_path, text)).errors]


def written(tmp_path: Path, text: str | bytes) -> Path:
    """A site file with this text."""
    file = tmp_path / "site.yaml"
    file.write_bytes(dedent(text).encode() if isinstance(text, str) else text)
    return file


def test_canonical_text_comes_back_byte_for_byte(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(SMALL)
    assert dump(load(file)) == SMALL


def test_telephone_numbers_and_keys_need_no_quotes(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(SMALL + "agents:\n  - {number: 0012, title: 1}\nmailboxes: [{number: 0x, title: x}]\n")
    assert examine(file).errors == [
        f'{file}:7: mailboxes[0].number: "0x" will not do: give 2 to 8 digits',
    ]
    file.write_text(SMALL + "agents:\n  - {number: 0012, title: 1}\n")
    assert (load(file).agents[0].number, load(file).agents[0].title) == ("0012", "1")


def test_every_problem_is_told_at_once_with_its_line_and_its_mend(tmp_path: Path) -> None:
    assert told(
        tmp_path,
        """\
        name: Small Site
        title: 小站
        languages: []
        queus: []
        trunks:
          - name: e1
            connection: {by: pigeon}
          - name: e2
            title: two
            connection:
              by: address
              hosts: []
            channels: many
        flows:
          - name: main
            title: main
            language: zh
            start: hours
            operator: hours
            steps:
              hours:
                kind: menu
                keys:
                  10: other
                wait_seconds: 0
        queues:
          - name: a
            title:
            strategy: roundrobin
        """,
    ) == [
        'site.yaml:1: name: "Small Site" will not do: give lower-case letters, digits and _, a letter first,'
        " at most 40",
        "site.yaml:1: timezone: is missing: add timezone",
        "site.yaml:3: languages: needs at least 1",
        "site.yaml:4: queus: there is no such key here; did you mean queues?",
        "site.yaml:6: trunks[0].title: is missing: add title",
        "site.yaml:7: trunks[0].connection.by: there is no 'pigeon': give one of 'address', 'registration',"
        " 'provider', 'board'",
        "site.yaml:12: trunks[1].connection.hosts: needs at least 1",
        'site.yaml:13: trunks[1].channels: "many" will not do: give a whole number',
        "site.yaml:21: flows[0].steps.hours.prompts: is missing: add prompts",
        'site.yaml:24: flows[0].steps.hours.keys.10: "10" will not do: give one telephone key: "0" to "9",'
        ' "*" or "#"',
        'site.yaml:25: flows[0].steps.hours.wait_seconds: "0" will not do: give at least 1',
        "site.yaml:28: queues[0].title: has no value: give one or remove the key",
        "site.yaml:29: queues[0].strategy: \"roundrobin\" will not do: give one of 'ringall', 'rrmemory', 'rrordered',"
        " 'leastrecent', 'fewestcalls', 'random', 'wrandom' or 'linear'",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("unannounced_years: [2027]", "it belongs to a part of calendars"),
        ("members: []", "it belongs to a part of queues"),
        ("every_seconds: 30", "remove it, or indent it as in the guide"),
    ],
)
def test_a_key_in_the_wrong_place_is_told_where_it_belongs(tmp_path: Path, line: str, said: str) -> None:
    assert told(tmp_path, SMALL + line) == [
        f"site.yaml:5: {line.partition(':')[0]}: there is no such key here; {said}"
    ]


def test_a_step_may_be_named_like_its_kind(tmp_path: Path) -> None:
    flow = """\
        flows:
          - name: main
            title: main
            language: zh
            start: queue
            operator: queue
            steps:
              queue:
                kind: queue
                queue: Bad
                timeout: queue
                full: queue
                nobody: queue
        """
    assert told(tmp_path, SMALL + dedent(flow)) == [
        'site.yaml:14: flows[0].steps.queue.queue: "Bad" will not do: give lower-case letters, digits and _,'
        " a letter first, at most 40"
    ]


def test_a_step_without_a_kind_is_told_so(tmp_path: Path) -> None:
    text = SMALL + "flows: [{name: a, title: a, language: zh, start: s, operator: s, steps: {s: {}}}]\n"
    assert told(tmp_path, text) == ["site.yaml:5: flows[0].steps.s.kind: is missing: add kind"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("title: again", "5: title: this key is on line 2 already: keep one of them"),
        ("seats: @back", '5: quote a text that begins with @, as "@back"'),
        ("seats: *all", '5: seats: quote a text that begins with * or &, as "*"; anchors are not used here'),
        ("music: &a []", '5: music: quote a text that begins with * or &, as "*"; anchors are not used here'),
        ("seats: !!set {}", "5: seats: tags (!) are not used here: quote a text that begins with !"),
        ("\tseats: []", "5: indented with a tab: use spaces"),
        (" seats: []", "5: indented unlike its neighbours"),
        ("seats: a: b", "5: indented unlike its neighbours, or a text with a colon: quote it"),
        ("seats", "6: a key needs a colon and a space after it"),
        ("seats: [a", "6: a bracket or a comma is missing"),
        ('seats: "a', "6: a quote or a bracket is not closed"),
        ("? [a]\n: b", "5: a key is plain text, not a list or a mapping"),
        ("---\nname: b", "5: a second document (---) begins here: one file holds one site"),
        ("seats: \x07", "5: a control character stands here: remove it"),
        (EXCEPTION.format("first: 20261001, title: a"),
         '5: calendars[0].exceptions[0].first: "20261001" will not do: give a date as 2026-10-01'),
        (EXCEPTION.format("first: 2026-10-01, title: a"),
         "5: calendars[0].exceptions[0]: give exactly one of closed: true, works_as or hours"),
    ],
)  # fmt: skip
def test_what_yaml_has_against_a_file_is_said_in_plain_words(tmp_path: Path, line: str, problem: str) -> None:
    assert f"site.yaml:{problem}" in told(tmp_path, SMALL + line + "\n")


@pytest.mark.parametrize("line", ["seats: *all", "seats: [{name: *all}]", "flows: [{name: a, start: *s}]"])
def test_a_star_that_is_not_quoted_is_the_only_error(tmp_path: Path, line: str) -> None:
    [error] = told(tmp_path, SMALL + line + "\n")
    assert error.endswith('quote a text that begins with * or &, as "*"; anchors are not used here')


def test_a_deep_nest_is_refused_and_not_followed(tmp_path: Path) -> None:
    assert told(tmp_path, "a: " + "[" * 5000) == ["site.yaml:1: nested too deeply"]


def test_a_windows_file_is_told_how_to_become_utf_8(tmp_path: Path) -> None:
    text = SMALL.replace("小站", "蓝天电信")
    assert told(tmp_path, text.encode("gb18030")) == [
        "site.yaml:2: is not UTF-8: save it as UTF-8 (iconv -f GB18030 -t UTF-8)"
    ]
    assert told(tmp_path, text.encode("utf-16")) == [
        "site.yaml:1: is not UTF-8: save it as UTF-8 (iconv -f UTF-16 -t UTF-8)"
    ]


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    assert told(tmp_path, b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode()) == []


def test_a_file_that_is_not_there_or_empty_or_huge_is_one_line(tmp_path: Path) -> None:
    assert examine(tmp_path / "none.yaml").errors == [
        f"{tmp_path}/none.yaml: can't be read: No such file or directory"
    ]
    assert examine(tmp_path).errors == [f"{tmp_path}: can't be read: Is a directory"]
    assert told(tmp_path, "") == [
        "site.yaml:1: holds nothing: begin with name, title, timezone and languages"
    ]
    with (tmp_path / "huge.yaml").open("wb") as file:
        file.truncate(LARGEST + 1)
    assert examine(tmp_path / "huge.yaml").errors == [
        f"{tmp_path}/huge.yaml: larger than 10 MB: this is no site file"
    ]


def test_a_list_instead_of_a_site_is_told_so(tmp_path: Path) -> None:
    assert told(tmp_path, "- a\n") == ["site.yaml:1: a list will not do: give a mapping (key: value)"]


def test_load_raises_all_problems_at_once(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text("name: small\ntitle: a\n")
    with pytest.raises(SiteError) as caught:
        load(file)
    assert caught.value.problems == str(caught.value).splitlines()
    assert len(caught.value.problems) == 2


def test_problems_that_span_parts_are_brought_to_their_lines(tmp_path: Path) -> None:
    queue = "queues:\n  - name: a\n    title: A\n    music: drums\n"
    assert told(tmp_path, SMALL + queue) == [
        "site.yaml:8: queues[0].music: there is no music drums: add it or mend the name"
    ]
    prompt = "prompts:\n  - name: hello\n    text: {en: hello}\n"
    examined = examine(written(tmp_path, SMALL + prompt))
    assert examined.warnings == [
        f"{tmp_path}/site.yaml:6: prompts[0]: hello is not spoken in zh: add its text or audio"
    ]
    assert examined.site is not None


def test_problems_of_flows_are_brought_to_their_lines(tmp_path: Path) -> None:
    step = "{kind: goto, target: nowhere}"
    flow = f"flows: [{{name: a, title: a, language: zh, start: s, operator: s, steps: {{\n s: {step}}}}}]\n"
    assert (
        "site.yaml:6: flows[0].steps.s.target: there is no step nowhere" in told(tmp_path, SMALL + flow)[-1]
    )


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("# hello\n", True),
        ("country: cn # here\n", True),
        ('note: "press # now"\n', False),
        ("note: a#b\n", False),
    ],
)
def test_comments_that_would_be_lost_are_noticed(tmp_path: Path, text: str, has: bool) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(SMALL + text)
    assert examine(file).has_comments is has
