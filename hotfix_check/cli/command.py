"""A command as people meet it: in --help its options stand together by what they are for; the same for the man page.

Nothing here costs a run that asks for no help.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand

from hotfix_check.cli.configured import refuse_among_evidence

if TYPE_CHECKING:
    from typer._click import Context, HelpFormatter

GROUPS = {
    "Question": "kb cve product to include_optional as_of ask catalogue file alias kind importance since until",
    "Evidence": "source assume complete hive follow_links cross_check no_hash host root",
    "Hosts": "expect group_by jobs scheduler resume",
    "Policy": "baseline waivers fail_on exit_zero config",
    "Output": "output form csv publisher everything color no_run_info into replace accept_doubts quiet verbose",
}
"""The groups in their order, each with the names of the parameters in it."""
OTHER = "Other"
_GROUP_OF = {name: group for group, names in GROUPS.items() for name in names.split()}
_ORDER = (*GROUPS, OTHER)


def group_of(name: str) -> str:
    """The group of an option, by the name of its parameter."""
    return _GROUP_OF.get(name, OTHER)


class Command(TyperCommand):
    """A command whose help groups its options, and that takes no configuration file out of what it examines."""

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """The help, which ends the run: so the parameters may be put into another order."""
        for param in self.get_params(ctx):
            if getattr(param, "param_type_name", "") == "option":
                param.rich_help_panel = group_of(param.name or "")  # type: ignore[attr-defined]
        self.params.sort(key=lambda param: _ORDER.index(group_of(param.name or "")))
        super().format_help(ctx, formatter)

    def invoke(self, ctx: Context) -> Any:
        """Run it, once it is known that its configuration is not part of the evidence."""
        refuse_among_evidence(ctx)
        return super().invoke(ctx)
