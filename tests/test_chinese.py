"""The Chinese of the product: one word for one thing, full-width punctuation, and links that say what they lead to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.boards.advice import ADVICE
from callcenter.spoken.house import WORDS as SPOKEN
from callcenter.trunks.sheet_words import WORDS as GATEWAY
from phones.sheet import WORDS as PHONE
from tests.guide_pages import PAGES, ROOT, text
from web.page_words import WORDS as PAGE

CHINESE = [page for page in PAGES if page == "docs/guide/zh.md" or "/zh/" in page]
INDEXES = ("docs/guide/zh.md", "docs/guide/zh/operator.md")
HAN = "\u4e00-\u9fff"
INSTEAD = {
    "座席": "坐席 (who answers) or 座位 (where the telephone stands)",
    "坐席员": "坐席",
    "帐号": "账号",
    "账本": "话务流水 or 队列日志",
    "访问记录": "排队记录",
    "不可及": "无法接通",
    "死掉": "异常退出",
    "被杀": "异常退出",
    "杀死": "强行终止",
    "卡死": "无响应",
    "登录": "签入",
    "缺省": "默认",
    "“": "「",
    "”": "」",
}
"""Words that are not used, and those that are."""
ASCII_BETWEEN = re.compile(rf'[{HAN}][,:;!?()"]|[,:;!?()"][{HAN}]')
LINK = re.compile(r"\[([^\]]+)\]\(([^)#]+\.md)\)")


def sentences(page: str) -> str:
    """The page without what is typed: blocks, but for the remarks in them, code in a line, and links' addresses."""
    outside = re.sub(r"^```.*?^```$", remarks, text(page), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"\]\([^)]*\)", "]", re.sub(r"`[^`]*`", "码", outside))


def remarks(block: re.Match[str]) -> str:
    return "\n".join(re.findall(r"\s#( .*)", block[0]))


def catalogues() -> Iterator[tuple[str, str]]:
    """What programs and sheets say in Chinese."""
    yield from ((name, words["zh"]) for name, words in {**SPOKEN, **GATEWAY}.items())
    yield from PHONE["zh"].items()
    yield from PAGE["zh"].items()
    yield from ((state, advice.zh) for state, advice in ADVICE.items())
    yield "load test", (ROOT / "lab/loadtest/words.yaml").read_text("utf-8").partition("\nzh:\n")[2]


SAID = [*((page, text(page)) for page in CHINESE), *catalogues()]
SAID += [(file.name, file.read_text("utf-8")) for file in sorted((ROOT / "samples").glob("*.yaml"))]


@pytest.mark.parametrize("word", INSTEAD)
def test_one_thing_has_one_word(word: str) -> None:
    assert [name for name, said in SAID if word in said] == [], f"write {INSTEAD[word]}"


@pytest.mark.parametrize("page", CHINESE)
def test_punctuation_between_chinese_characters_is_full_width(page: str) -> None:
    assert ASCII_BETWEEN.findall(sentences(page)) == []


@pytest.mark.parametrize(("name", "said"), catalogues())
def test_punctuation_in_what_programs_say_is_full_width(name: str, said: str) -> None:
    assert ASCII_BETWEEN.findall(said) == [], name


@pytest.mark.parametrize("page", CHINESE)
def test_a_link_is_called_as_the_page_it_leads_to(page: str) -> None:
    for called, address in LINK.findall(text(page)):
        target = (ROOT / page).parent.joinpath(address).resolve()
        if target.relative_to(ROOT).as_posix() in CHINESE:
            assert called == title(target)


def title(page: Path) -> str:
    """A page's heading, up to its colon."""
    return page.read_text("utf-8").partition("\n")[0].removeprefix("# ").partition("：")[0]


def test_the_index_leads_to_every_page() -> None:
    for index in INDEXES:
        folder = (ROOT / index).parent
        led = {folder.joinpath(address).resolve() for _, address in LINK.findall(text(index))}
        assert {ROOT / page for page in CHINESE} - led <= {ROOT / page for page in INDEXES}
