"""The sheet of a seat for people: what is typed into a phone by hand. As text, or as a page to print; pure."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Mapping, Sequence

from callcenter.errors import HotlineError
from phones.account import Account
from phones.files import file_name

LANGUAGES = ("zh", "en")
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "heading": "Phone of {title}",
        "number": "Number",
        "title": "Name shown",
        "seat": "User name and sign-in name",
        "password": "Password",
        "host": "Server",
        "port": "Port",
        "transport": "Transport",
        "encryption": "Encryption of speech (SRTP)",
        "on": "required, keys by SDES",
        "off": "off",
        "codecs": "Codecs, in this order",
        "keys": "Keys (DTMF)",
        "messages": "Own mailbox",
        "make": "Make and MAC address",
        "folder": "Address for automatic settings",
        "file": "File it asks for",
        "authority": "Certificate to trust",
        "secret": "Whoever has this sheet can call in this seat's name. Keep it, or destroy it after use.",
    },
    "zh": {
        "heading": "{title} 的话机",
        "number": "分机号",
        "title": "显示名",
        "seat": "用户名（认证名相同）",
        "password": "密码",
        "host": "服务器地址",
        "port": "端口",
        "transport": "传输协议",
        "encryption": "语音加密（SRTP）",
        "on": "强制，SDES 交换密钥",
        "off": "关闭",
        "codecs": "语音编码（按顺序）",
        "keys": "按键（DTMF）",
        "messages": "本人语音信箱",
        "make": "品牌与 MAC 地址",
        "folder": "自动配置地址",
        "file": "话机请求的文件",
        "authority": "需信任的证书",
        "secret": "持有本页即可用此分机打电话，请妥善保管，用后销毁。",
    },
}
CODECS = {"alaw": "G.711 A (PCMA)", "ulaw": "G.711 µ (PCMU)", "g722": "G.722", "opus": "Opus", "gsm": "GSM"}
STYLE = """\
body { font: 12pt/1.5 sans-serif; } section { page-break-after: always; max-width: 18cm; margin: 1cm auto; }
table { border-collapse: collapse; width: 100%; } th, td { border: 1px solid; padding: .3em .6em; text-align: left; }
th { font-weight: normal; width: 40%; } td { font-family: monospace; overflow-wrap: anywhere; }"""


def rows(account: Account, language: str) -> list[tuple[str, str]]:
    """What is on it, line by line: the label, and what is typed."""
    words = words_of(language)
    found = [
        (words["number"], account.number),
        (words["title"], account.title),
        (words["seat"], account.seat),
        (words["password"], account.password),
        (words["host"], account.host),
        (words["port"], str(account.port)),
        (words["transport"], account.transport.upper()),
        (words["encryption"], words["on" if account.encrypted else "off"]),
        (words["codecs"], ", ".join(CODECS[codec] for codec in account.codecs)),
        (words["keys"], "RFC 4733 (RFC 2833)"),
        (words["messages"], account.messages),
    ]
    if account.phone is not None:
        found.append((words["make"], f"{account.phone.make} {account.phone.address}"))
        found.append((words["file"], file_name(account.phone)))
    found += [(words["folder"], account.folder)] if account.folder else []
    return found + ([(words["authority"], account.authority)] if account.authority else [])


def as_text(account: Account, language: str) -> str:
    """The sheet for a terminal."""
    words, lines = words_of(language), rows(account, language)
    width = max(_width(label) for label, _ in lines)
    table = [f"{label}{' ' * (width - _width(label))}  {typed}" for label, typed in lines]
    return "\n".join([words["heading"].format(title=account.title), "", *table, "", words["secret"], ""])


def as_page(accounts: Sequence[Account], language: str) -> str:
    """All sheets as one HTML page, each on a sheet of paper of its own."""
    head = f'<meta charset="utf-8"><title>{len(accounts)}</title><style>\n{STYLE}\n</style>'
    body = "\n".join(_section(account, language) for account in accounts)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>{head}</head>\n<body>\n{body}\n</body>\n</html>\n'
    )


def _section(account: Account, language: str) -> str:
    words = words_of(language)
    table = "\n".join(
        f"<tr><th>{html.escape(label)}</th><td>{html.escape(typed)}</td></tr>"
        for label, typed in rows(account, language)
    )
    heading = html.escape(words["heading"].format(title=account.title))
    return f"<section>\n<h1>{heading}</h1>\n<table>\n{table}\n</table>\n<p>{words['secret']}</p>\n</section>"


def words_of(language: str) -> Mapping[str, str]:
    """The labels in a language. Raises HotlineError."""
    if language not in WORDS:
        raise HotlineError(f"there is no sheet in {language}; there are: {', '.join(LANGUAGES)}")
    return WORDS[language]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
