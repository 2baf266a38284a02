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
    "house-not-allowed": {"zh": "您无权拨打该号码。", "en": "You may not dial this number."},
    "house-cap": {
        "zh": "今天的外线通话额度已用完，请联系管理员。",
        "en": "Today's limit for calls outside is reached. Please ask your administrator.",
    },
    "house-no-line": {"zh": "线路忙，请稍后再拨。", "en": "All lines are busy. Please try again later."},
    "house-confirm": {"zh": "您有来电，接听请按1。", "en": "There is a call for you. Press 1 to take it."},
    "house-failed": {"zh": "操作失败，请稍后再试。", "en": "That did not work. Please try again later."},
    "house-done": {"zh": "已设置。", "en": "Done."},
    "house-agent-number": {
        "zh": "请输入工号，按井号键结束。",
        "en": "Please enter your agent number, then press the pound key.",
    },
    "house-pin": {
        "zh": "请输入密码，按井号键结束。",
        "en": "Please enter your PIN, then press the pound key.",
    },
    "house-wrong-pin": {"zh": "工号或密码错误。", "en": "The number or the PIN is wrong."},
    "house-locked": {
        "zh": "密码已锁定，请联系班长。",
        "en": "The PIN is locked. Please ask your supervisor.",
    },
    "house-pause-code": {"zh": "请输入示忙原因代码。", "en": "Please enter the code of the reason."},
    "house-logged-in": {"zh": "签入成功。", "en": "You are logged in."},
    "house-logged-out": {"zh": "签出成功。", "en": "You are logged out."},
    "house-paused": {"zh": "已示忙。", "en": "You are paused."},
    "house-ready": {"zh": "已示闲。", "en": "You are ready."},
    "house-longer": {"zh": "话后处理时间已延长。", "en": "You have more time for wrap-up."},
    "house-time": {"zh": "现在是", "en": "It is"},
    "house-room-pin": {"zh": "请输入会议密码，按井号键结束。", "en": "Enter the conference PIN, then hash."},
    "house-room-wrong": {"zh": "会议密码错误。", "en": "That PIN is wrong."},
    "house-room-name": {
        "zh": "请说出您的姓名，按井号键结束。",
        "en": "Say your name now, then press hash.",
    },
    "house-room-joined": {"zh": "已加入会议。", "en": "has joined."},
    "house-room-left": {"zh": "已离开会议。", "en": "has left."},
    "house-mailbox-which": {
        "zh": "请输入信箱号码，按井号键结束。",
        "en": "Enter the mailbox number, then hash.",
    },
    "house-mailbox-pin": {"zh": "请输入信箱密码，按井号键结束。", "en": "Enter the PIN, then hash."},
    "house-mailbox-wrong": {"zh": "密码错误。", "en": "That PIN is wrong."},
    "house-mailbox-locked": {
        "zh": "密码错误次数过多，信箱已锁定，请稍后再试。",
        "en": "This mailbox is locked after too many wrong PINs. Please try again later.",
    },
    "house-mailbox-messages": {"zh": "留言数量：", "en": "Messages:"},
    "house-mailbox-from": {"zh": "来自", "en": "From"},
    "house-mailbox-menu": {
        "zh": "重听请按一，下一条请按二，删除请按三，改密码请按四，录制问候语请按零，结束请按星号键。",
        "en": "Again, 1. Next, 2. Delete, 3. Change your PIN, 4. Record your greeting, 0. End, star.",
    },
    "house-mailbox-last": {
        "zh": "没有更多留言。改密码请按四，录制问候语请按零，结束请按星号键。",
        "en": "No more messages. Change your PIN, 4. Record your greeting, 0. End, star.",
    },
    "house-mailbox-new-pin": {
        "zh": "请输入新密码，至少六位，按井号键结束。",
        "en": "Enter the new PIN, six digits at least, then hash.",
    },
    "house-mailbox-same-pin": {"zh": "请再输入一次，按井号键结束。", "en": "Once more, then hash."},
    "house-mailbox-bad-pin": {
        "zh": "密码太简单，没有更改。",
        "en": "That PIN is too easy. The old one stays.",
    },
    "house-mailbox-other-pin": {
        "zh": "两次输入不一致，没有更改。",
        "en": "The two were not the same. The old PIN stays.",
    },
    "house-mailbox-deleted": {"zh": "已删除。", "en": "Deleted."},
    "house-mailbox-speak": {
        "zh": "请说出您的问候语，按井号键结束。",
        "en": "Speak your greeting now, then press hash.",
    },
}
