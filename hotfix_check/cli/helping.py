"""help TOPIC: what a verdict, an exit code or a format means; and the man page, of the same texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import partial
from typing import Any

from hotfix_check.cli.commands import GROUPS, OTHER, group_of
from hotfix_check.cli.formats import MANIFEST_SUFFIX
from hotfix_check.cli.output import columns, print_exactly, print_report
from hotfix_check.errors import UsageError
from hotfix_check.exit_code import MEANINGS
from hotfix_check.report.formats import FORMATS
from hotfix_check.report.names import capital
from hotfix_check.report.text import fill
from hotfix_check.report.verdicts import LOOKS

MAN = "man"
_MANIFEST = "FILE.manifest.json of scan: every evidence file with its SHA-256, for 'verify'"
_LISTS = ("verdicts", "exit-codes", "formats")


def topics() -> list[str]:
    """Every word that help explains, but for the names of commands."""
    return [*LOOKS, *(str(int(code)) for code in MEANINGS), *_known_formats(), *_LISTS, MAN]


def run_help(topic: str | None, root: Any, context: Any) -> None:
    """Print what a topic means; without one, what there is to ask. Raises UsageError for an unknown topic."""
    if topic is None:
        print_report(_index(root))
        return
    word = topic.strip().casefold().removeprefix(".").replace("_", "-")
    commands: Mapping[str, Any] = root.commands
    texts: dict[str, Callable[[], str]] = {
        **{name: partial(_verdict, name) for name in LOOKS},
        **{str(int(code)): partial(_exit_code, code) for code in MEANINGS},
        **{name: partial(_format, name) for name in _known_formats()},
        "verdicts": lambda: "".join(map(_verdict, LOOKS)),
        "exit-codes": lambda: "".join(map(_exit_code, MEANINGS)),
        "formats": lambda: "".join(map(_format, _known_formats())),
    }
    if word == MAN:
        print_exactly(man_page(root, context))
    elif word in texts:
        print_report(texts[word]())
    elif word in commands:
        inner = context.__class__(commands[word], info_name=word, parent=context)
        print(commands[word].get_help(inner))
    else:
        known = [*topics(), *commands]
        near = get_close_matches(word, known, n=1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise UsageError(f"{topic}: no topic of help: {meant}'hotfix-check help' lists them")


def _known_formats() -> dict[str, tuple[str, str]]:
    """(suffix, what it is for) of each format, by name."""
    known = {name: (form.suffix, form.about) for name, form in FORMATS.items()}
    return {**known, "manifest": (MANIFEST_SUFFIX, _MANIFEST)}


def _verdict(name: str) -> str:
    look = LOOKS[name]
    return _entry(name, f"{capital(look.rule)}. {look.to_do}")


def _exit_code(code: Any) -> str:
    meaning = MEANINGS[code]
    return _entry(str(int(code)), f"{capital(meaning)}.")


def _format(name: str) -> str:
    suffix, about = _known_formats()[name]
    return _entry(f"{name} ({suffix})", f"{capital(about)}.")


def _entry(head: str, text: str) -> str:
    return f"{head}\n{fill(text, columns(), indent='  ', first='  ')}\n"


def _index(root: Any) -> str:
    lines = [
        f"verdicts: {', '.join(LOOKS)}",
        f"exit-codes: {', '.join(str(int(code)) for code in MEANINGS)}",
        f"formats: {', '.join(_known_formats())}",
        f"commands: {', '.join(root.commands)}",
        "man: the manual page",
    ]
    listed = "".join(f"{fill(line, columns(), indent='    ', first='  ')}\n" for line in lines)
    return f"hotfix-check help TOPIC explains one of these:\n{listed}"


def man_page(root: Any, context: Any) -> str:
    """The manual page in the language of man(7): every command, option, verdict, exit code and format."""
    lines = ['.TH HOTFIX-CHECK 1 "" "" "hotfix-check"', ".SH NAME"]
    lines += [_roff(f"hotfix-check - {root.help.split('.')[0][0].lower()}{root.help.split('.')[0][1:]}")]
    lines += [
        ".SH SYNOPSIS",
        ".B hotfix-check",
        r"\fICOMMAND\fR [\fIOPTION\fR]... [\fIARGUMENT\fR]...",
        ".SH DESCRIPTION",
    ]
    lines += [_roff(root.help), ".SH COMMANDS"]
    for name, command in _commands(root, ""):
        inner = context.__class__(command, info_name=name, parent=context)
        lines += [f".SS {_roff(name)}", _roff(" ".join((command.help or "").split()))]
        lines += _options(command, inner)
    environment = {
        "HOTFIX_CHECK_CACHE": "the folder of the catalogue's index, or off",
        "NO_COLOR, FORCE_COLOR": "whether the table is coloured, where --color does not say",
    }
    for title, entries in (
        ("VERDICTS", {name: f"{look.rule}. {look.to_do}" for name, look in LOOKS.items()}),
        ("EXIT STATUS", {str(int(code)): meaning for code, meaning in MEANINGS.items()}),
        ("FORMATS", {name: about for name, (_, about) in _known_formats().items()}),
        ("ENVIRONMENT", environment),
    ):
        lines.append(f".SH {title}")
        for name, text in entries.items():
            lines += [".TP", f".B {_roff(name)}", _roff(text)]
    return "\n".join(lines) + "\n"


def _commands(group: Any, before: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{name} ")
        else:
            yield before + name, command


def _options(command: Any, context: Any) -> list[str]:
    lines: list[str] = []
    params = [
        param for param in command.get_params(context) if param.name != "help" and not getattr(param, "hidden", False)
    ]
    for param in params:
        if param.param_type_name == "argument":
            lines += [".TP", f".I {_roff(param.metavar or param.name.upper())}", _roff(param.help or "")]
    for group in (*GROUPS, OTHER):
        within = [one for one in params if one.param_type_name == "option" and group_of(one.name) == group]
        lines += [".PP", f"{_roff(group)}:"] if within else []
        for param in within:
            names = ", ".join(rf"\fB{_roff(one)}\fR" for one in sorted(param.opts, key=len))
            value = "" if param.is_flag else rf" \fI{_roff(param.metavar or _choices(param))}\fR"
            lines += [".TP", f"{names}{value}", _roff(param.help or "")]
    return lines


def _choices(param: Any) -> str:
    choices = (
        getattr(param.type_descriptor.annotation, "__members__", None) if hasattr(param, "type_descriptor") else None
    )
    return "|".join(str(one) for one in choices.values()) if choices else "VALUE"


def _roff(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
