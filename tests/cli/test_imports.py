"""What need not wait for torch does not import it, and the library not the command line's tools."""

import json
import subprocess
import sys
from pathlib import Path

from tests.helpers.commands import good

REST = ("click", "pydantic", "matplotlib", "PIL", "sklearn", "scipy")


def imported(code: str, *names: str) -> list[str]:
    """Which of these modules are there after some code."""
    said = f"import sys\n{code}\nprint(*(m for m in {names!r} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1].split()


def command(*arguments: object) -> str:
    """Code that starts the command line as a shell does, and goes on after it."""
    argv = ["throughtime", *map(str, arguments)]
    return (
        f"sys.argv = {argv!r}\n"
        "from throughtime.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass"
    )


WITHOUT_TORCH = (
    ("--help",),
    ("--version",),
    ("train", "--help"),
    ("predict", "--help"),
    ("evaluate", "--help"),
    ("sample", "--help"),
    ("score", "--help"),
    ("datasets",),
    ("trian",),
    ("train", "digits", "--hidden-sice", "3"),
    ("train", "digits", "--cell", "gruu"),
    ("train", "digits", "--hidden-size", "0"),
    ("train", "--config", "none.json"),
    ("train", "--resume", "none"),
    ("sweep", "--help"),
    ("sweep", "digits", "--search", "none.toml"),
    ("sweep", "digits", "--max-seconds", "0"),
    ("predict", "none"),
    ("evaluate", "none"),
    ("sample", "none"),
    ("score", "none", "none.txt"),
    ("report", "none"),
    ("draw", "--help"),
    ("draw", "hidden-to-hidden"),
)

TELL = """
import contextlib, io, json, sys
from throughtime.__main__ import main
found = []
for line in json.loads(sys.argv[1]):
    sys.argv = ["throughtime", *line]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            status = main()
        except SystemExit as end:
            status = end.code
    found.append([status or 0, *(m for m in ("torch", "optuna", "click") if m in sys.modules)])
print(json.dumps(found))
"""
"""Runs one line after another, in one process, which has then imported what any of them has."""


def test_help_lists_and_mistakes_do_not_wait_for_torch() -> None:
    command = [sys.executable, "-c", TELL, json.dumps(WITHOUT_TORCH)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = dict(zip(WITHOUT_TORCH, json.loads(done.stdout), strict=True))
    good = ("--help", "--version", "datasets", "hidden-to-hidden")
    assert found == {line: [0 if line[-1] in good else 2, "click"] for line in WITHOUT_TORCH}


def test_the_list_of_runs_does_not_wait_for_torch(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "a"
    good("train", "digits", "--hidden-size", 4, "--max-steps", 1, "--out", path)
    assert imported(command("runs", tmp_path / "runs"), "torch", "click") == ["click"]


def test_the_library_imports_nothing_of_the_command_line_and_has_every_public_name() -> None:
    names = ("torch", *REST)
    use = (
        "import throughtime as tt\n"
        f"assert not {{*{names!r}}} & {{*sys.modules}}\n"
        "tt.RecurrentModel, tt.outputs, tt.cells, tt.Sequence\n"
        f"assert {{*{names!r}}} & {{*sys.modules}} == {{'torch'}}\n"
        "for module in (tt, tt.data, tt.evaluation, tt.report):\n"
        "    for name in module.__all__:\n"
        "        getattr(module, name)"
    )
    assert imported(use, "torch") == ["torch"]
