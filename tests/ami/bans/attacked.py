"""Run in a network namespace of its own: a Hotline on 10.9.0.1 that is attacked from there; prints what was seen.

``python -m tests.ami.bans.attacked FOLDER`` writes one JSON object to standard output. ``test_attacked.py`` calls it.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from callcenter.settings import Settings
from cli import Hotline
from cli import main as main_command
from lab.asterisk_root import ensure
from lab.commands import start
from lab.instance import AsteriskInstance
from tests.sample import SAMPLE
from tests.sounds import give_sounds

HOST, GUESSER, VICTIM, PORT = "10.9.0.1", "10.9.0.2", "198.51.100.7", 32560
KNOWN, UNKNOWN = "s8001", "s9999"
PROJECT = Path(__file__).parents[3]
METHODS = ("REGISTER", "INVITE", "OPTIONS", "SUBSCRIBE", "MESSAGE")
DIFFERS = re.compile(rb'(nonce|opaque)="[^"]*"|(branch|tag)=[^;\r\n]*|(?m:^(Call-ID|CSeq|To|From|Via):.*$)')
"""What no two answers share, whoever asks; and what the question itself had in it."""


def until(look: Callable[[], Any], seconds: float = 60.0) -> Any:
    """The first true answer."""
    end = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:g} s: {look}")
        time.sleep(0.02)
    return found


def ask(method: str, user: str, number: int = 1, call_id: str = "") -> bytes:
    """The first answer to one request of a stranger; empty for none within a second."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind((GUESSER, 0))
        line.settimeout(1.0)
        port = line.getsockname()[1]
        head = [
            f"{method} sip:{user if method == 'OPTIONS' else HOST} SIP/2.0".replace(
                f"{user} ", f"{user}@{HOST} "
            ),
            f"Via: SIP/2.0/UDP {GUESSER}:{port};branch=z9hG4bK{user}{method}{number}",
            f"From: <sip:{user}@{HOST}>;tag=t{number}",
            f"To: <sip:{user}@{HOST}>",
            f"Call-ID: {call_id or f'{user}-{method}-{number}'}",
            f"CSeq: 1 {method}",
            f"Contact: <sip:{user}@{GUESSER}:{port}>",
            *(["Event: presence"] if method == "SUBSCRIBE" else []),
            "Max-Forwards: 70",
            "Content-Length: 0",
            "",
            "",
        ]
        line.sendto("\r\n".join(head).encode(), (HOST, PORT))
        try:
            answer = line.recv(4096)
            while answer.startswith(b"SIP/2.0 100"):
                answer = line.recv(4096)
        except TimeoutError:
            return b""
        return answer


def alike(method: str) -> dict[str, Any]:
    """Whether an account that is there and one that is not are answered the same."""
    known, unknown = (DIFFERS.sub(b"", ask(method, user)) for user in (KNOWN, UNKNOWN))
    return {"status": known.split(b"\r\n")[0].decode(), "alike": known == unknown and bool(known)}


def tool(name: str, *words: str) -> str:
    """What a tool of sipvicious says. Its port is not 5060, where trunks are asked for signs of life."""
    program = Path(sys.executable).with_name(f"sipvicious_{name}")
    begun = subprocess.Popen(
        [program, "-p", str(PORT), "-P", "5099", *words, "--maximumtime=2", HOST],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said, _ = begun.communicate(timeout=4)
    except subprocess.TimeoutExpired:
        begun.send_signal(signal.SIGINT)
        said, _ = begun.communicate(timeout=60)
    return said


def follows(pid: int) -> bool:
    """Whether a process waits for files to change."""
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            if "inotify" in str(file.readlink()):
                return True
    return False


def failures(log: Path, event: str) -> int:
    return log.read_text(errors="replace").count(f'SecurityEvent="{event}"')


def main(folder: Path) -> dict[str, Any]:
    """Everything, in order."""
    settings = Settings(
        home=folder, sip_host=HOST, sip_port=PORT, ami_port=32538, agi_port=32573, http_port=32588,
        rtp_first=53000, rtp_last=53098,
    )  # fmt: skip
    app, told = Hotline(settings), dict[str, Any]()
    env = {**os.environ, **settings.environment(), "PYTHONPATH": str(PROJECT)}

    def hotline(*words: str) -> str:
        done = CliRunner(env=settings.environment()).invoke(main_command, words, prog_name="hotline")
        assert done.exit_code == 0, (words, done.output, done.exception)
        return done.stdout

    def watch() -> subprocess.Popen[bytes]:
        begun = subprocess.Popen(
            [sys.executable, "-m", "cli", "bans", "watch"],
            cwd=PROJECT,
            env=env,
            stderr=(folder / "w").open("ab"),
        )
        stack.callback(begun.wait)
        stack.callback(begun.terminate)
        until(lambda: follows(begun.pid) and "hotline_bans" in shut_out())
        return begun

    def shut_out() -> str:
        shown = subprocess.run(["nft", "list", "ruleset"], capture_output=True, text=True, check=True)
        return shown.stdout

    hotline("db", "upgrade")
    give_sounds(settings.prompts)
    hotline("site", "load", str(SAMPLE))
    with ExitStack() as stack:
        asterisk = AsteriskInstance(ensure(lambda _: None), settings.etc.parent, name=settings.system_name)
        stack.callback(asterisk.stop)
        start(app, asterisk)
        log = asterisk.log / "security"
        told["answers"] = {method: alike(method) for method in METHODS}
        users = folder / "users"
        users.write_text("\n".join([KNOWN, UNKNOWN, "s8002", "100", "8001"]) + "\n")
        told["svwar"] = tool("svwar", "-d", str(users))
        told["svwar_forced"] = tool("svwar", "-d", str(users), "--force")

        helper = watch()
        right, guesses = app.secrets(f"seat/{KNOWN}"), folder / "guesses"
        guesses.write_text("\n".join([*(f"guess{n}" for n in range(30)), right, "later"]) + "\n")
        before = failures(log, "ChallengeResponseFailed")
        began = time.monotonic()
        told["svcrack"] = tool("svcrack", "-u", KNOWN, "-d", str(guesses))
        told["seconds"] = time.monotonic() - began
        told["tries"] = failures(log, "ChallengeResponseFailed") - before
        told["got_in"] = failures(log, "SuccessfulAuth")
        told["right_in_answer"] = right in told["svcrack"]
        told["rows"] = json.loads(hotline("bans", "list", "--json"))
        told["in_kernel"] = until(lambda: HOST in shut_out() and shut_out())

        helper.kill()
        helper.wait()
        subprocess.run(["nft", "flush", "ruleset"], check=True)
        watch()
        told["again_after_restart"] = until(lambda: HOST in shut_out())
        hotline("bans", "remove", HOST)
        told["lifted"] = until(lambda: HOST not in shut_out())
        hotline("bans", "add", GUESSER)
        until(lambda: GUESSER in shut_out())
        told["answer_while_banned"] = ask("OPTIONS", KNOWN, 2).decode()
        hotline("bans", "remove", GUESSER)
        until(lambda: GUESSER not in shut_out())
        for number in range(8):
            ask("REGISTER", UNKNOWN, number + 10, f'{number}",RemoteAddress="IPV4/UDP/{VICTIM}/5060",x="')
        until(lambda: GUESSER in shut_out())
        told["victim_shut_out"] = VICTIM in shut_out()
        hotline("bans", "remove", GUESSER)
        until(lambda: GUESSER not in shut_out())
        guesses.write_text("\n".join(["guess", right, "later"]) + "\n")
        told["svcrack_that_knows"] = right in tool("svcrack", "-u", KNOWN, "-d", str(guesses))
        told["answer_afterwards"] = ask("OPTIONS", KNOWN, 3).decode().split("\r\n")[0]
    return told


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
