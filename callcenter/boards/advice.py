"""What a state of a line means, and what to look at first, in English and Chinese."""

from __future__ import annotations

from typing import NamedTuple


class Advice(NamedTuple):
    """The same in both languages."""

    en: str
    zh: str


ADVICE = {
    "up": Advice("in order", "正常"),
    "red": Advice(
        "no signal comes in: see that the cable is in and whole (RJ-48C: 1-2 receive, 4-5 send, not crossed), that the "
        "far end is on, and that the framing (crc4 or nocrc4) is the carrier's",
        "收不到对端信号：检查线缆是否插好、完好（RJ-48C：1-2 收、4-5 发，勿接反），"
        "对端是否开机，成帧方式（crc4 或 nocrc4）是否与运营商一致",
    ),
    "yellow": Advice(
        "the far end does not hear us: see our sending pair (4-5); if the cable is whole, ask the carrier",
        "对端收不到我方信号：检查我方发送线对（4-5）；线缆完好时请联系运营商",
    ),
    "blue": Advice(
        "the far end sends all ones: its equipment has failed or is being worked on; ask the carrier",
        "对端发送全 1 信号：对端设备故障或正在维护；请联系运营商",
    ),
    "loopback": Advice(
        "the line is looped back for a test: take the loop away, or ask the carrier to",
        "线路处于环回测试状态：取消环回，或请运营商取消",
    ),
    "recovering": Advice(
        "the signal is back and is watched for some seconds: wait; if it comes and goes, see clock and cable",
        "信号已恢复，正在观察数秒：请稍候；若反复出现，检查时钟和线缆",
    ),
    "no_signalling": Advice(
        "the line is whole, its D channel is down: see that one end is user and the other network (side), that "
        "the carrier gives PRI (euroISDN) on channel 16 and the clock (clock: normal); ask the carrier to look",
        "线路正常但 D 信道未建立：检查两端是否一为用户侧、一为网络侧（side），"
        "运营商是否在第 16 时隙开通 PRI（euroISDN）、时钟是否取自局端（clock: normal），并请运营商查看",
    ),
    "closed": Advice(
        "the driver has not started the line: run dahdi_cfg -vv (Sangoma: wanrouter start first), see dmesg",
        "驱动尚未启用此线路：运行 dahdi_cfg -vv（Sangoma 板卡先运行 wanrouter start），再查看 dmesg",
    ),
    "missing": Advice(
        "Asterisk does not know the line: see that the board's driver is loaded (lsdahdi, wanrouter hwprobe), "
        "that /etc/dahdi/system.conf is Hotline's, and restart Asterisk after dahdi_cfg",
        "Asterisk 不认识此线路：检查板卡驱动是否加载（lsdahdi、wanrouter hwprobe），"
        "/etc/dahdi/system.conf 是否为 Hotline 生成的文件，运行 dahdi_cfg 后重启 Asterisk",
    ),
}
"""By ``schema.boards.STATES``."""
