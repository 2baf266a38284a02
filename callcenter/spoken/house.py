"""What the house says to its own people, and of them: a name → its text in each language.

Spoken in the language of the phone that dials. A site's own prompts never have a dash in their names.
"""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "house-unknown-number": {"zh": "您拨的号码是空号。", "en": "This number is not in use."},
    "house-busy": {"zh": "对方正忙。", "en": "The line is busy."},
    "house-no-answer": {"zh": "对方无人接听。", "en": "There is no answer."},
    "house-unreachable": {"zh": "对方暂时无法接通。", "en": "The person can't be reached now."},
    "house-failed": {"zh": "操作失败，请稍后再试。", "en": "That did not work. Please try again later."},
    "house-done": {"zh": "已设置。", "en": "Done."},
    "house-pin": {"zh": "请输入密码，按井号键结束。", "en": "Please enter the PIN, then press hash."},
    "house-time": {"zh": "现在是", "en": "It is"},
}
