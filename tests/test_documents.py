"""README and docs: what they show runs, what they list is what the code declares."""

from __future__ import annotations

import doctest
import re
import shlex
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer

from experiments.cli import application, command_names, run_command
from experiments.documentation import pages, write
from plants import InputError, Therapy

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
#: Commands whose lines are run. Those of the others take minutes: they are parsed only.
QUICK = ("list", "simulate", "identify")
#: Stand for something that a reader fills in, or take long: parsed only.
UNRUN = ("FOLDER", "NAME", "--all")

_FENCE = re.compile(
    r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```[ ]*$", flags=re.MULTILINE | re.DOTALL
)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_INLINE = re.compile(r"`(impellab [^`]+)`")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file it is to be saved as, its text and first line."""

    language: str
    file: str
    text: str
    line: int


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(path: Path) -> Iterator[Block]:
    text = path.read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        language, _, file = match["info"].strip().partition(" ")
        line = text.count("\n", 0, match.start()) + 2
        yield Block(language, file, match["body"], line)


def prose(path: Path) -> str:
    """The text of a document outside its blocks, with its lines where they were."""
    text = path.read_text(encoding="utf-8")
    return _FENCE.sub(lambda match: "\n" * match[0].count("\n"), text)


def shell_lines(block: Block) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(block.text.splitlines(), start=block.line):
        words = shlex.split(line, comments=True)
        if words:
            yield number, words


def check_parses(words: list[str], where: str) -> None:
    """Refuse a command line of impellab that its command would not take."""
    command, *arguments = words
    assert command in command_names(), f"{where}: there is no command {command}"
    group = typer.main.get_command(application(command))
    try:
        group.commands[command].make_context(command, arguments)  # parses, and does not run
    except Exception as error:
        pytest.fail(f"{where}: {error}")


def check_shell(words: list[str], where: str) -> None:
    program, *arguments = words
    if program == "make":
        targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
        assert set(arguments) <= set(targets), f"{where}: the Makefile has no such target"
    elif program == "impellab":
        run = not arguments or arguments[0].startswith("-") or arguments[0] in QUICK
        if run and not any(word in argument for argument in arguments for word in UNRUN):
            assert run_command(arguments) == 0, f"{where}: {shlex.join(words)}"
        else:
            check_parses(arguments, where)
    else:
        pytest.fail(f"{where}: {program} is not checked by this test")


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_a_document_runs_from_top_to_bottom(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    printed: dict[int, str] = {}
    shared: dict[str, object] = {"__name__": "__document__", "print": recorder(printed)}
    for block in blocks(path):
        where = f"{name(path)}:{block.line}"
        if block.file:
            Path(block.file).write_text(block.text, encoding="utf-8")
        if block.language == "python":
            # Padded, so that a traceback names the line of the document.
            exec(compile("\n" * (block.line - 1) + block.text, str(path), "exec"), shared)
        elif block.language == "py":  # needs a library that is not installed here
            compile(block.text, where, "exec")
        elif block.language == "sh":
            for line, words in shell_lines(block):
                check_shell(words, f"{name(path)}:{line}")
        elif block.language == "toml":
            tomllib.loads(block.text)
        else:
            known = ("text", "mermaid")  # pictures are drawn by whoever shows the page
            assert block.language in known, f"{where}: a block of {block.language or 'nothing'}"
    for number, said in said_to_be_printed(path).items():
        told = f"{name(path)}:{number}: {printed.get(number)!r}"
        assert doctest.OutputChecker().check_output(
            f"{said}\n", f"{printed.get(number, '')}\n", doctest.ELLIPSIS
        ), told


def recorder(printed: dict[int, str]) -> Callable[..., None]:
    """A print that notes what is printed by the line that prints it."""

    def record(*values: object, **options: object) -> None:
        printed[sys._getframe(1).f_lineno] = " ".join(map(str, values))

    return record


def said_to_be_printed(path: Path) -> dict[int, str]:
    """By line, what a comment behind a print says that it prints; it begins with three dots."""
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    matches = ((number, re.search(r"print\(.*\)  # (\.\.\. .*)$", line)) for number, line in lines)
    return {number: match[1] for number, match in matches if match is not None}


def test_what_documents_say_is_printed_is_looked_at():
    assert sum(len(said_to_be_printed(path)) for path in DOCUMENTS) >= 2


@pytest.mark.usefixtures("drawn")
def test_the_readme_prints_what_it_says(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    first = next(block for block in blocks(ROOT / "README.md") if block.language == "python")
    exec(compile(first.text, "README.md", "exec"), {"__name__": "__document__"})
    said = re.search(r"It prints (.+?),\nand draws", prose(ROOT / "README.md"), re.DOTALL)
    assert said is not None
    assert re.findall("`(.+?)`", said[1]) == capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_command_lines_in_running_text_parse(path):
    for match in _INLINE.finditer(prose(path)):
        words = shlex.split(match[1])[1:]
        if len(words) > 1:
            check_parses(words, f"{name(path)}: {match[1]}")
        else:
            assert words[0] in command_names(), f"{name(path)}: {match[1]}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_lead_somewhere(path):
    for target in _LINK.findall(prose(path)):
        if re.match(r"https?://", target):
            continue
        file, _, anchor = target.partition("#")
        other = path.parent / file if file else path
        assert other.exists(), f"{name(path)}: {target}"
        assert not anchor or anchor in anchors(other), f"{name(path)}: {target}"


def anchors(path: Path) -> set[str]:
    """Anchors that a viewer makes of a document's headings."""
    headings = re.findall(r"^#+ (.+)$", prose(path), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_on_the_map():
    listed = set(_LINK.findall(prose(ROOT / "docs" / "index.md")))
    assert {path.name for path in DOCUMENTS[1:]} - {"index.md"} <= listed


def test_every_command_and_option_is_documented():
    text = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    for command in command_names():
        assert f"impellab {command}" in text
        group = typer.main.get_command(application(command))
        for parameter in group.commands[command].params:
            options = (*parameter.opts, *parameter.secondary_opts)
            long_names = [option for option in options if option.startswith("--")]
            assert not long_names or any(option in text for option in long_names), (
                f"{command}: {options}"
            )


MADE = pages(ROOT / "results")


@pytest.mark.parametrize("file", sorted(MADE))
def test_tables_are_those_of_the_code_and_the_results(file):
    told = "run python -m experiments.documentation"
    assert (ROOT / "docs" / file).read_text(encoding="utf-8") == MADE[file], told


def test_tables_are_written_into_a_folder_that_exists(tmp_path):
    for path in write(tmp_path, ROOT / "results"):
        assert path.read_text(encoding="utf-8") == MADE[path.name]
    assert {path.name for path in tmp_path.iterdir()} == set(MADE)
    with pytest.raises(InputError, match="folder"):
        write(tmp_path / "missing", ROOT / "results")
    with pytest.raises(InputError, match="results"):
        write(tmp_path, tmp_path / "missing")


def test_the_default_therapy_is_as_told():
    text = (ROOT / "docs" / "therapy.md").read_text(encoding="utf-8")
    therapy = Therapy.default()
    death, effort = therapy.death, therapy.effort_weight
    told = " ".join(text.split())
    assert f"Effort {effort:g} per krpm squared" in told
    assert f"`{death.signal}` below {death.low:g} mmHg for {death.seconds:g} s" in told
    assert f"Fallback level {therapy.fallback_level}" in told
    for goal in therapy.goals:
        (line,) = re.findall(rf"^\| `{goal.signal}` \|.*$", text, flags=re.MULTILINE)
        _, between, weight, scale = (cell.strip() for cell in line.strip("|").split("|"))
        ends = [end for end in (goal.low, goal.high, goal.high_share) if end is not None]
        assert [float(end) for end in re.findall(r"\d+(?:\.\d+)?(?= |$)", between)] == ends
        assert (float(weight), float(scale)) == (goal.weight, goal.scale)


def test_the_benchmark_in_the_readme_is_the_reference():
    result = ROOT / "results" / "benchmark" / "table.md"
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"<!-- benchmark -->(.*?)<!-- /benchmark -->", text, flags=re.DOTALL)
    assert table.strip() == result.read_text(encoding="utf-8").strip()


def test_the_weaning_table_in_the_readme_is_the_reference():
    result = (ROOT / "results" / "weaning" / "README.md").read_text(encoding="utf-8")
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"<!-- weaning -->(.*?)<!-- /weaning -->", text, flags=re.DOTALL)
    rows = table.strip().splitlines()
    assert len(rows) > 10
    for row in rows:
        assert row in result


TEXT = {".py", ".md", ".toml", ".txt", ".cff", ".csv", ".json", ".html", ".yml", ".yaml", ".cfg"}
# A folder of some machine, and the address of a package index. Written so as not to find itself.
_MACHINE = re.compile(
    r"(?<![\w$}{.)])/(?:work|root|home|Users|mnt|scratch)[/][\w.]|[A-Z]:\\Users[\\]"
)
_INDEX = re.compile(
    r"https?://[^\s\"'<>)]*(?:pypi|/simple\b|nexus|artifactory|registry|anaconda[.]org)", re.I
)


def tracked_texts() -> Iterator[Path]:
    """Text files of the working tree, tool folders and outputs of runs left out."""
    left_out = {"runs", "build", "dist", "__pycache__", "venv", "node_modules"}
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            hidden = path.name.startswith(".") and path.name != ".ci"
            if path.is_dir():
                if not hidden and path.name not in left_out and path.suffix != ".egg-info":
                    folders.append(path)
            elif path.name == ".git":  # of a linked working tree: where its repository is
                continue
            elif path.suffix in TEXT or path.suffix == "" or path.name == ".gitignore":
                yield path


def test_no_text_names_a_machine_or_a_registry():
    offences = [
        f"{name(path)}:{number}: {line.strip()[:80]}"
        for path in tracked_texts()
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1
        )
        if _MACHINE.search(line) or _INDEX.search(line)
    ]
    assert not offences
