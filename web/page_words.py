"""What the survey's page says of its own, in Chinese and English; everything else is the site's."""

from __future__ import annotations

from collections.abc import Mapping

SCORES = {
    "zh": ("非常满意", "满意", "一般", "不满意"),
    "en": ("Very satisfied", "Satisfied", "Neutral", "Dissatisfied"),
}
"""1 to 4."""
WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "question": "您对本次服务满意吗？",
        "choose": "请在四项中选择一项。",
        "why": "请问是什么原因？",
        "write": "请写下您的意见",
        "limit": "最多 500 字",
        "optional": "选填",
        "send": "提交",
        "thanks": "感谢您的评价。",
        "kept": "您的评价已收到，可以关闭本页。",
        "used": "您已经通过这个链接评价过了。",
        "gone": "这个链接无法使用：可能已过期，或者不完整。",
        "braked": "尝试次数过多，请稍后再试。",
        "away": "暂时无法收取评价，请过一分钟再试，链接仍然有效。",
        "languages": "语言",
    },
    "en": {
        "question": "How satisfied were you with our service?",
        "choose": "Please choose one of the four.",
        "why": "What was the reason?",
        "write": "Please tell us in your own words",
        "limit": "500 characters at most",
        "optional": "optional",
        "send": "Send",
        "thanks": "Thank you for your answer.",
        "kept": "We have your answer. You can close this page.",
        "used": "This link has been used to answer already.",
        "gone": "This link can't be used: it may have expired, or a part of it is missing.",
        "braked": "Too many tries. Please try again later.",
        "away": "We can't take answers at this moment. Please try again in a minute; your link stays valid.",
        "languages": "Language",
    },
}
NAMES = {"zh": "中文", "en": "English"}


def own(language: str) -> str:
    """The language of the page's own words beside a site's prompts in ``language``."""
    return "zh" if language.startswith("zh") else "en"


def tag(language: str) -> str:
    """As a browser and a reader of screens know it: BCP 47."""
    return "zh-CN" if language == "zh" else language.replace("_", "-")
