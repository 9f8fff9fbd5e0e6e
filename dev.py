"""Everything a newcomer or a build server runs, with nothing but Python's own library.

    python3 dev.py demo           a virtual environment, the package, and the sample decisions shown
    python3 dev.py test           every check: style, types, tests
    python3 dev.py lint           style and types only
    python3 dev.py bench          the measurements, one line a figure (--json for a file to compare)
    python3 dev.py bench-large    the same on many more decisions
    python3 dev.py bench-compare OLD.json NEW.json
    python3 dev.py unused-rows    which rows of the grammar no real decision uses (--table NAME, PATH…)

Needs Python 3.11 or newer. Works in `.venv` beside this file and leaves the rest of the machine alone. A second run
installs nothing while `pyproject.toml` stays as it is. On Windows: `py dev.py demo`.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
CORPUS = ROOT.parent / "shared" / "corpus"
ROOMS = ("ingest", "parsers", "schema", "corpus")


def say(words: str = "") -> None:
    """One line to the person, at once (the programs we start write to the same screen)."""
    print(words, flush=True)


def stop(*lines: str) -> None:
    """Ends with the reason in plain words."""
    sys.exit("\n" + "\n".join(lines))


# ------------------------------------------------------------------------------------------------ what must be there


def newer_python() -> str:
    """The name of a Python on the PATH that is new enough, or ''."""
    names = (f"python3.{minor}" for minor in range(14, OLDEST[1] - 1, -1))
    return next((name for name in names if shutil.which(name)), "")


def check_python() -> None:
    """Stops with advice where Python is too old."""
    if sys.version_info >= OLDEST:
        return
    found = newer_python()
    if found:
        how = f"There is a newer one here: {found} dev.py {' '.join(sys.argv[1:])}"
    else:
        how = "\n".join(
            (
                "Get one from https://www.python.org/downloads/ or from your system's packages:",
                "  Debian, Ubuntu: sudo apt-get install python3      macOS: brew install python3",
                "  Windows:        winget install Python.Python.3.12",
            )
        )
    stop(f"This needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]}.", how)


def check_venv() -> None:
    """Stops with advice where Python cannot make a virtual environment (Debian splits it off)."""
    missing = [name for name in ("venv", "ensurepip") if find_spec(name) is None]
    if missing:
        stop(
            f"This Python has no {' and no '.join(missing)} module, so it cannot make a virtual environment.",
            f"Debian, Ubuntu: sudo apt-get install python3.{sys.version_info[1]}-venv",
            "Elsewhere: install Python from https://www.python.org/downloads/, which has both.",
        )


# ---------------------------------------------------------------------------------------------------- the environment


def environment() -> "dict[str, str]":
    """The variables for what we start: UTF-8 on every system, and nobody else's Python path."""
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
    return {**kept, "PYTHONUTF8": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def run(*command: object) -> int:
    """Starts a program in the project's folder, its words on our screen; its exit status."""
    return subprocess.run([str(part) for part in command], cwd=ROOT, env=environment(), check=False).returncode


def venv_works() -> bool:
    """True where `.venv` has a Python that starts (one moved or upgraded away does not)."""
    if not PYTHON.exists():
        return False
    probe = [str(PYTHON), "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"]
    return subprocess.run(probe, env=environment(), check=False, capture_output=True).returncode == 0


def make_venv() -> None:
    """Makes `.venv`, or makes it anew where it is broken."""
    if venv_works():
        return
    check_venv()
    say(f"Making a virtual environment in {VENV.name} …")
    if run(sys.executable, "-m", "venv", "--clear", VENV):
        stop("The virtual environment could not be made (the reason stands above).")


def digest(files: "list[Path]") -> str:
    """What the files hold, and for which Python, as one short word."""
    total = hashlib.sha256(sys.version.encode())
    for file in sorted(files):
        total.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return total.hexdigest()[:16]


def package_files() -> "list[Path]":
    """The files that `pip install .` copies."""
    inside = (file for room in ROOMS for file in (ROOT / room).rglob("*"))
    kept = [file for file in inside if file.is_file() and "__pycache__" not in file.parts]
    return [*kept, ROOT / "cli.py", ROOT / "pyproject.toml"]


def stamp(kind: str) -> Path:
    """The file that says what was installed for `kind` (demo or test)."""
    return VENV / f"vanban-{kind}.stamp"


def is_current(kind: str, wanted: str) -> bool:
    """True where `kind` was installed from files with this digest."""
    return stamp(kind).is_file() and stamp(kind).read_text(encoding="utf-8") == wanted


def forget_stamps() -> None:
    """Before an installation: whatever was noted no longer holds, also where the installation breaks off."""
    for kind in ("demo", "test"):
        stamp(kind).unlink(missing_ok=True)


def pip(*arguments: str) -> int:
    """Runs pip of `.venv`; its progress is on the screen."""
    return run(PYTHON, "-m", "pip", "install", *arguments)


def for_demo() -> None:
    """Sees to it that `.venv` holds the package as it is now, without test tools."""
    make_venv()
    wanted, tools = digest(package_files()), digest([ROOT / "pyproject.toml"])
    if venv_works() and (is_current("demo", wanted) or is_current("test", tools)):
        return
    forget_stamps()
    shutil.rmtree(ROOT / "build", ignore_errors=True)  # what an older build left would be packed again
    say("Installing vanban and what it needs. The first time this downloads about 330 MB (spaCy, underthesea) …")
    started = time.monotonic()
    if pip("."):
        stop(
            "The installation failed (pip's reason stands above).",
            "It needs the network once. Behind a proxy set HTTPS_PROXY; then run the same command again.",
        )
    stamp("demo").write_text(wanted, encoding="utf-8")
    say(f"Installed in {time.monotonic() - started:.0f} s.\n")


def extras() -> "list[str]":
    """The optional extras of `pyproject.toml`, the test tools left out."""
    import tomllib  # not there before Python 3.11, which must still be able to say that it is too old

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return sorted(set(project["optional-dependencies"]) - {"test"})


def install_with_tools() -> None:
    """Installs the package in place with the test tools and every extra that this machine can have."""
    if pip("-e", f".[{','.join(['test', *extras()])}]") == 0:
        return
    say("\nNot every extra can be had here; trying one after the other.")
    if pip("-e", ".[test]"):
        stop("The installation failed (pip's reason stands above). It needs the network once.")
    for extra in extras():
        if pip("-e", f".[{extra}]"):
            say(f"\nWithout the extra “{extra}”: its tests will be skipped.")


def for_test() -> None:
    """Sees to it that `.venv` holds the package in place, the test tools and the extras."""
    make_venv()
    wanted = digest([ROOT / "pyproject.toml"])
    if is_current("test", wanted):
        return
    forget_stamps()
    say("Installing vanban, its extras and the test tools. The first time this downloads about 400 MB …")
    install_with_tools()
    stamp("test").write_text(wanted, encoding="utf-8")


# ------------------------------------------------------------------------------------------------------- the commands


def lint_steps() -> "list[tuple[str, list[object]]]":
    """The checks that run no test."""
    return [
        ("style", [PYTHON, "-m", "ruff", "check", "."]),
        ("format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
        ("types", [PYTHON, "-m", "mypy"]),
    ]


def test_steps() -> "list[tuple[str, list[object]]]":
    """Every check; the quick tests first. Tests run on all cores; who finishes early takes work from the others."""
    pytest: list[object] = [PYTHON, "-m", "pytest", "-q", "-n", "auto", "--dist", "worksteal"]
    return [*lint_steps(), ("quick tests", [*pytest, "-m", "not slow"]), ("slow tests", [*pytest, "-m", "slow"])]


def passed(status: int, command: "list[object]") -> bool:
    """True for success; pytest says 5 where nothing was selected, which is none to fail."""
    return status == 0 or (status == 5 and "pytest" in command)


def run_steps(steps: "list[tuple[str, list[object]]]") -> int:
    """Runs all steps, whatever fails, and says at the end what did; 0 or 1."""
    lines, failed = [], False
    for name, command in steps:
        say(f"\n=== {name}")
        started = time.monotonic()
        good = passed(run(*command), command)
        failed = failed or not good
        lines.append(f"  {name:<12} {'passed' if good else 'FAILED':<8} {time.monotonic() - started:6.1f} s")
    say("\n" + "\n".join(lines))
    return int(failed)


def corpus_remark() -> str:
    """What the absence of the real decisions means, or ''."""
    folder = Path(os.environ.get("VANBAN_CORPUS") or CORPUS)
    if folder.is_dir():
        return ""
    return (
        f"\nNo real decisions in {folder}: accuracy on real decisions was NOT checked.\n"
        "The samples and generated decisions were. Set VANBAN_CORPUS to a folder that holds the real ones."
    )


def demo(arguments: "list[str]") -> int:
    """The sample decisions, imported and shown."""
    for_demo()
    return run(BIN / ("vanban.exe" if os.name == "nt" else "vanban"), "demo", *arguments)


def lint(_: "list[str]") -> int:
    """Style and types."""
    for_test()
    return run_steps(lint_steps())


def test(arguments: "list[str]") -> int:
    """Every check; words after `test` go to pytest alone (`dev.py test -k dates`)."""
    for_test()
    if arguments:
        return run(PYTHON, "-m", "pytest", *arguments)
    status = run_steps(test_steps())
    say(corpus_remark())
    return status


def bench(arguments: "list[str]") -> int:
    """The measurements."""
    for_demo()
    return run(PYTHON, ROOT / "tests" / "bench" / "bench.py", *arguments)


def bench_large(arguments: "list[str]") -> int:
    """The measurements on many more decisions."""
    return bench(["--large", *arguments])


def bench_compare(arguments: "list[str]") -> int:
    """Two files of `bench --json`, side by side."""
    return bench(["--compare", *arguments])


def unused_rows(arguments: "list[str]") -> int:
    """The rows of the grammar that no document uses."""
    for_demo()
    return run(PYTHON, ROOT / "tests" / "unused_rows.py", *arguments)


COMMANDS = {
    "demo": demo,
    "test": test,
    "lint": lint,
    "bench": bench,
    "bench-large": bench_large,
    "bench-compare": bench_compare,
    "unused-rows": unused_rows,
}


def main() -> int:
    """Reads the command and runs it; 2 where there is none of that name."""
    check_python()
    name, rest = (sys.argv[1] if len(sys.argv) > 1 else ""), sys.argv[2:]
    if name not in COMMANDS:
        say((__doc__ or "").strip())
        return 0 if name in ("-h", "--help", "help") else 2
    try:
        return COMMANDS[name](rest)
    except KeyboardInterrupt:
        say("\nStopped. Run the same command again to go on.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
