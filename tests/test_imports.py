"""Imports go one way, siblings never import each other, and the modules that load are ours."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SIBLINGS = (
    "agi",
    "ami",
    "backup",
    "dialplan_templates",
    "doctor",
    "lab",
    "outreach",
    "phones",
    "prompts",
    "recordings",
    "web",
)
MAY_IMPORT = {"schema": set[str](), "callcenter": {"schema"}} | {
    name: {"schema", "callcenter"} for name in SIBLINGS
}
OURS = {*MAY_IMPORT, "cli", "listening", "working"}


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Line and top-level name of every import, those for types included."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, (node.module or "").partition(".")[0] if not node.level else path.parts[0]


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_what_stands_below_it(package: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for line, name in imported(path)
        if name in OURS - {package} - MAY_IMPORT[package]
    ]
    assert wrong == []


def test_every_package_of_the_project_is_under_the_rule() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - {"tests", "bench"} == set(MAY_IMPORT)


@pytest.mark.slow
def test_what_serves_calls_does_not_need_the_lab() -> None:
    """Only a private Asterisk, its throw-away checks and the demo do."""
    process = (
        "import sys, agi.commands, ami.commands, cli; print([m for m in sys.modules if m.startswith('lab')])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", process], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout == "[]\n"


FOREIGN = {
    "schema/__init__.py": '"""Another package of this name."""\n\nclass Schema: ...\n',
    "schema-0.7.8.dist-info/METADATA": "Metadata-Version: 2.1\nName: schema\nVersion: 0.7.8\n",
    "schema-0.7.8.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel that takes the name and the folder of PyPI's package ``schema``."""
    wheel = tmp_path_factory.mktemp("foreign") / "schema-0.7.8-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        for name, text in FOREIGN.items():
            file.writestr(name, text)
        record = "schema-0.7.8.dist-info/RECORD"
        file.writestr(record, "".join(f"{name},,\n" for name in (*FOREIGN, record)))
    return wheel


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, foreign: Path) -> Path:
    """The python of a fresh environment with the other ``schema`` and then Hotline's wheel; libraries are borrowed."""
    folder = tmp_path_factory.mktemp("installed")
    built = _pip(
        sys.executable, "wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(_sources(folder))
    )
    assert built.returncode == 0, built.stderr
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv/bin/python"
    site_packages = Path(
        _run(python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])").stdout.strip()
    )
    (site_packages / "borrowed.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    for wheel in (foreign, next(folder.glob("hotline_callcenter-*.whl"))):
        done = _pip(
            sys.executable,
            "--python",
            str(python),
            "install",
            "--no-index",
            "--no-deps",
            "--force-reinstall",
            str(wheel),
        )
        assert done.returncode == 0, done.stderr
    return python


@pytest.mark.slow
@pytest.mark.xdist_group("installed")
def test_the_installed_program_loads_our_schema_beside_pypis(installed: Path, tmp_path: Path) -> None:
    told = _run(installed, "-c", "import schema, schema.calls; print(schema.__file__, schema.__doc__)")
    assert str(installed.parents[1]) in told.stdout
    assert "SQLAlchemy" in told.stdout, told.stderr
    version = _run(installed.with_name("hotline"), "--home", str(tmp_path), "version")
    assert version.returncode == 0, version.stderr
    assert "needs 0" in version.stdout


@pytest.mark.slow
@pytest.mark.xdist_group("installed")
def test_the_installed_program_has_its_templates_and_samples(installed: Path, tmp_path: Path) -> None:
    for package in ("dialplan_templates", "lab", "callcenter.site", "schema.migrations", "web"):
        code = f"import importlib.resources as r; print(*r.files({package!r}).rglob('*'), sep='\\n')"
        there = {Path(line).name for line in _run(installed, "-c", code).stdout.splitlines()}
        folder = ROOT / package.replace(".", "/")
        kinds = (".css", ".j2", ".xml", ".json", ".mako")
        meant = {path.name for path in folder.rglob("*") if path.suffix in kinds}
        assert meant <= there


@pytest.mark.slow
@pytest.mark.xdist_group("installed")
def test_a_schema_that_hides_ours_is_told_in_one_line(installed: Path, foreign: Path, tmp_path: Path) -> None:
    answer = subprocess.run(
        [installed.with_name("hotline"), "--home", tmp_path, "calls", "list"],
        env=os.environ | {"PYTHONPATH": str(foreign)},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert len(answer.stderr.splitlines()) == 1
    assert "another package named schema" in answer.stderr


def _sources(folder: Path) -> Path:
    """A copy of the tracked files, so that building leaves nothing in the project."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.split("\0"):
        if name and not name.startswith("tests/") and (ROOT / name).is_file():
            target = folder / "sources" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    return folder / "sources"


def _pip(python: str, *words: str) -> subprocess.CompletedProcess[str]:
    return _run(Path(python), "-m", "pip", "--disable-pip-version-check", *words)


def _run(program: Path, *words: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [str(program), *words], cwd="/", env=clean, capture_output=True, text=True, check=False
    )
