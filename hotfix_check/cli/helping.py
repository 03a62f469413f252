"""help TOPIC: what a verdict, an exit code or a format means; and the man page, of the same texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
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


def _explained() -> dict[str, dict[str, str]]:
    """What help explains: each word with its meaning, list by list."""
    return {
        "verdicts": {name: f"{look.rule}. {look.to_do}" for name, look in LOOKS.items()},
        "exit-codes": {str(int(code)): meaning for code, meaning in MEANINGS.items()},
        "formats": {**{name: form.about for name, form in FORMATS.items()}, "manifest": _MANIFEST},
    }


def topics() -> list[str]:
    """Every word that help explains, but for the names of commands."""
    lists = _explained()
    return [*(word for words in lists.values() for word in words), *lists, MAN]


def run_help(topic: str | None, root: Any, context: Any) -> None:
    """Print what a topic means; without one, what there is to ask. Raises UsageError for an unknown topic."""
    if topic is None:
        print_report(_index(root))
        return
    word = topic.strip().casefold().removeprefix(".").replace("_", "-")
    commands: Mapping[str, Any] = root.commands
    lists = _explained()
    texts = {**lists, **{one: {one: meaning} for words in lists.values() for one, meaning in words.items()}}
    if word == MAN:
        print_exactly(man_page(root, context))
    elif word in texts:
        print_report("".join(_entry(one, meaning) for one, meaning in texts[word].items()))
    elif word in commands:
        inner = context.__class__(commands[word], info_name=word, parent=context)
        print(commands[word].get_help(inner))
    else:
        near = get_close_matches(word, [*topics(), *commands], n=1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise UsageError(f"{topic}: no topic of help: {meant}'hotfix-check help' lists them")


def _entry(word: str, meaning: str) -> str:
    """A word, of a format with its suffix, and below it what it means as sentences."""
    suffixes = {"manifest": MANIFEST_SUFFIX, **{name: form.suffix for name, form in FORMATS.items()}}
    head = f"{word} ({suffixes[word]})" if word in suffixes else word
    text = f"{capital(meaning).removesuffix('.')}."
    return f"{head}\n{fill(text, columns(), indent='  ', first='  ')}\n"


def _index(root: Any) -> str:
    lines = [f"{title}: {', '.join(words)}" for title, words in _explained().items()]
    lines += [f"commands: {', '.join(root.commands)}", "man: the manual page"]
    listed = "".join(f"{fill(line, columns(), indent='    ', first='  ')}\n" for line in lines)
    return f"hotfix-check help TOPIC explains one of these:\n{listed}"


def man_page(root: Any, context: Any) -> str:
    """The manual page in the language of man(7): every command, option, verdict, exit code and format."""
    about = root.help.split(".")[0]
    lines = ['.TH HOTFIX-CHECK 1 "" "" "hotfix-check"', ".SH NAME"]
    lines += [_roff(f"hotfix-check - {about[0].lower()}{about[1:]}"), ".SH SYNOPSIS", ".B hotfix-check"]
    lines += [r"\fICOMMAND\fR [\fIOPTION\fR]... [\fIARGUMENT\fR]...", ".SH DESCRIPTION"]
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
        *zip(("VERDICTS", "EXIT STATUS", "FORMATS"), _explained().values(), strict=True),
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
