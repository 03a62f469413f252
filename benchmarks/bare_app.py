"""A command line of two commands that do nothing, with hotfix-check's own settings: the least that Typer costs."""

from __future__ import annotations

import typer

app = typer.Typer(name="bare", no_args_is_help=True, pretty_exceptions_enable=False)


@app.command()
def scan(target: str) -> None:
    """Do nothing."""


@app.command()
def explain(target: str) -> None:
    """Do nothing."""


if __name__ == "__main__":
    app()
