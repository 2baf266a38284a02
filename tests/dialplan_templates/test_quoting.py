"""Text either comes back from a file exactly as it went in, or is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from callcenter.errors import HotlineError
from dialplan_templates import quoting
from dialplan_templates.render import environment
from tests.dialplan_templates.conf_reader import read

pytestmark = pytest.mark.req("SEC-2")
HOSTILE = st.text(st.one_of(st.characters(), st.sampled_from('\n\r\0;[](),&${}"\\=>#<|-一号 ')), max_size=60)


@given(HOSTILE)
def test_a_value_comes_back_equal_or_is_refused(text: str) -> None:
    try:
        quoted = quoting.value(text)
    except HotlineError:
        return
    (section,) = read(f"[evil]\nkey = {quoted}\nnext = 1")
    assert section == ("[evil]", [("key", text), ("next", "1")])


@given(HOSTILE)
def test_a_section_name_opens_one_section_or_is_refused(text: str) -> None:
    try:
        quoted = quoting.section(text)
    except HotlineError:
        return
    assert read(f"[{quoted}]\na = b") == [(f"[{text}]", [("a", "b")])]


@given(HOSTILE)
def test_an_application_argument_holds_nothing_that_the_dialplan_acts_on(text: str) -> None:
    try:
        quoted = quoting.app_argument(text)
    except HotlineError:
        return
    assert not set(quoted) & set('${}()[]&"^\n\r\0')
    assert quoted.replace(r"\,", ",").replace(r"\;", ";") == text


@pytest.mark.parametrize(
    "text", ["a\nb", "a\rb", "a\0b", "a\x85b", "a\u2028b", "a\u202eb", " a", "a ", ">a", "文" * 1400]
)
def test_what_asterisk_can_not_express_is_refused_with_the_field(text: str) -> None:
    with pytest.raises(HotlineError, match="title of seat one"):
        quoting.value(text, "title of seat one")


@pytest.mark.parametrize("path", ["../etc/passwd", "a/../../b", "a;b", "a&b", "$(x)", "`x`", "a\nb", ""])
def test_a_path_that_leaves_its_folder_or_speaks_to_a_shell_is_refused(path: str) -> None:
    with pytest.raises(HotlineError):
        quoting.filename(path)


def test_a_caller_name_is_cut_at_a_whole_character() -> None:
    assert quoting.caller_name("一" * 40) == '"' + "一" * 26 + '"'


def test_a_short_secret_is_refused_without_being_told() -> None:
    with pytest.raises(HotlineError) as refused:
        quoting.long_secret("hunter2")
    assert "hunter2" not in str(refused.value)


def test_unquoted_text_never_reaches_a_file() -> None:
    template = environment().from_string("name = {{ name }}")
    with pytest.raises(HotlineError, match="without passing one of"):
        template.render(name="lobby")
    with pytest.raises(HotlineError, match="without passing one of"):
        template.render(name=True)
    with pytest.raises(UndefinedError, match="name"):
        template.render()
    assert template.render(name=quoting.value("lobby")) == "name = lobby"
    assert template.render(name=7) == "name = 7"


def test_quoted_text_joined_with_plain_text_is_plain_again() -> None:
    with pytest.raises(HotlineError):
        environment().from_string("{{ name + other }}").render(name=quoting.value("a"), other="\n[evil]")
