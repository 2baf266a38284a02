"""The words of a gateway's set-up sheet, in Chinese and English."""

from __future__ import annotations

MAKES = {"newrock_mx": "New Rock MX (迅时 MX)", "newrock_hx": "New Rock HX (迅时 HX)", "other": "FXO/FXS"}
CODECS = {"alaw": "PCMA/20", "ulaw": "PCMU/20", "g722": "G722/20", "opus": "OPUS/20", "gsm": "GSM/20"}
DTMF = {
    "rfc4733": "RFC 2833 (RFC 4733)",
    "info": "SIP INFO",
    "inband": "keys_inband",
    "auto": "RFC 2833 (RFC 4733)",
}


def _both(en: str, zh: str) -> dict[str, str]:
    return {"en": en, "zh": zh}


WORDS = {
    "account": _both("SIP server", "SIP 服务器"),
    "server": _both("Registrar and proxy server", "注册服务器与代理服务器"),
    "transport": _both("Transport", "传输协议"),
    "registration": _both("Registration", "注册"),
    "registration_on": _both("on, one account for the whole gateway", "启用，整台网关用一个账号"),
    "registration_off": _both("off, the gateway is known by its address", "不启用，按网关的地址识别"),
    "username": _both("User name and authentication name", "用户名与鉴权名"),
    "password": _both("Password", "密码"),
    "password_where": _both(
        "printed by: hotline secrets show trunk/{trunk}", "由此命令显示：hotline secrets show trunk/{trunk}"
    ),
    "expires": _both("Registration period", "注册周期"),
    "seconds": _both("{seconds} s", "{seconds} 秒"),
    "own_address": _both("The gateway's own address, fixed", "网关自己的固定地址"),
    "own_port": _both("The gateway's own SIP port", "网关自己的 SIP 端口"),
    "voice": _both("Voice", "语音"),
    "codecs": _both("Codecs, in this order", "编码，按此顺序"),
    "keys": _both("DTMF", "DTMF 传送方式"),
    "keys_inband": _both("in the sound (transparent)", "带内（透传）"),
    "silence": _both("Silence suppression (VAD)", "静音抑制（VAD）"),
    "silence_off": _both(
        "off: a call on which nothing is sent for {seconds} s is ended",
        "关闭：{seconds} 秒收不到语音的通话会被拆除",
    ),
    "echo": _both("Echo cancellation", "回声消除"),
    "on": _both("on", "启用"),
    "off": _both("off", "关闭"),
    "lines": _both("Lines from the exchange (FXO)", "外线（FXO）"),
    "mode": _both("Calls from the exchange", "外线呼入方式"),
    "mode_hotline": _both(
        "forwarded at once to the number bound to the port (no second dial tone)",
        "直接转到端口绑定的号码（不二次拨号）",
    ),
    "port": _both("Port {port}", "端口 {port}"),
    "out": _both("Calls to the exchange", "外线呼出方式"),
    "out_hunt": _both("any free line; the number is dialled as it comes", "任选一条空闲外线，号码原样拨出"),
    "telephones": _both("Analog telephones (FXS)", "模拟话机（FXS）"),
    "telephone_account": _both(
        "user name {seat}; password: hotline secrets show seat/{seat}",
        "用户名 {seat}；密码：hotline secrets show seat/{seat}",
    ),
    "tones": _both("Tones and hang-up", "信号音与拆线"),
    "country": _both("Country of the tones", "信号音所属国家"),
    "tone_busy": _both("Busy tone", "忙音"),
    "tone_busy_cn": _both("450 Hz, 350 ms on, 350 ms off", "450 Hz，响 350 毫秒，停 350 毫秒"),
    "tone_congestion": _both("Congestion tone", "拥塞音"),
    "tone_congestion_cn": _both("450 Hz, 700 ms on, 700 ms off", "450 Hz，响 700 毫秒，停 700 毫秒"),
    "tone_dial": _both("Dial tone", "拨号音"),
    "tone_dial_cn": _both("450 Hz, continuous", "450 Hz，连续"),
    "tone_ring": _both("Ring-back tone", "回铃音"),
    "tone_ring_cn": _both("450 Hz, 1 s on, 4 s off", "450 Hz，响 1 秒，停 4 秒"),
    "busy": _both("Busy-tone detection", "忙音检测"),
    "busy_count": _both("on; hang up after {count} busy tones", "启用，检测到 {count} 个忙音后拆线"),
    "polarity": _both("Polarity reversal marks answer and hang-up", "以极性反转表示应答与拆线"),
    "caller_id": _both("Caller id", "来电显示"),
    "cid": _both("Kind", "制式"),
    "cid_dtmf": _both("DTMF", "DTMF"),
    "cid_fsk": _both("FSK (V.23 / Bell 202)", "FSK（V.23 / Bell 202）"),
    "cid_none": _both("off: the line has none", "关闭：线路未开通"),
    "cid_start": _both("It comes", "出现时刻"),
    "start_ring": _both("after the first ring", "第一次振铃之后"),
    "start_polarity": _both(
        "before the first ring, after a reversal of polarity", "第一次振铃之前，极性反转之后"
    ),
    "cid_wait": _both("Call Asterisk", "送出呼叫"),
    "cid_wait_rings": _both(
        "after the second ring, so that the number is there", "第二次振铃之后，保证已收到号码"
    ),
    "cid_from": _both("Put the number", "号码位置"),
    "cid_from_header": _both("into the user part of From", "From 头域的用户部分"),
    "proof": _both("Does it work?", "检验"),
    "proof_state": _both("The gateway is there (state up)", "网关在线（state 为 up）"),
    "proof_call": _both("Every line", "每条外线"),
    "proof_calls": _both(
        "call each number from a mobile: the menu answers, the mobile's number is shown; hang up in the menu: "
        "the line is free within 5 s",
        "用手机拨打每个号码：听到导航语音，并显示手机号码；在导航中挂机，5 秒内线路释放",
    ),
}
"""What a field is called, and what is said as its value."""
