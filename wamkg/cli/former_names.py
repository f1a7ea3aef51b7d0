"""Former names of commands and options. They work for one more release and are not in the help."""

from typing import Any

FORMER_COMMANDS = {"radar": "label-audit"}
FORMER_SUBCOMMANDS = {"duplicates": {"judged": "judgements", "works": "groups"}}
FORMER_OPTIONS = {
    ("suggest",): {"--blind": "--hide-holdout", "--all": "--show-holdout"},
    ("decide",): {"--place": "--location", "--version": "--revision"},
    ("set",): {"--version": "--revision"},
    ("duplicates", "merge"): {"--version": "--revision"},
    ("questions", "answer"): {"--version": "--revision"},
    ("objections", "raise"): {"--as": "--role", "--said-at": "--source-url"},
    ("objections", "answer"): {"--version": "--revision"},
    ("objections", "close"): {"--version": "--revision"},
    ("round", "vote"): {"--place": "--location"},
    ("round", "adjudicate"): {"--place": "--location"},
    ("simulate",): {"--against": "--negatives"},
    ("figure",): {"--against": "--compare-with"},
}
"""Command -> former name of an option -> its name. `import --as candidates` took a value; its command reads it."""


def accept_former_names(command: Any, *path: str) -> None:
    """Let a command, or a group with its commands, take former names. The command is of a class private to Typer."""
    subcommands = getattr(command, "commands", {})
    for name, subcommand in subcommands.items():
        accept_former_names(subcommand, *path, name)
    for former, name in FORMER_SUBCOMMANDS.get(path[0], {}).items() if len(path) == 1 else ():
        _accept_subcommand(command, former, name)
    if options := FORMER_OPTIONS.get(path):
        _accept_options(command, options)


def _accept_subcommand(group: Any, former: str, name: str) -> None:
    find = group.get_command
    group.get_command = lambda ctx, asked: find(ctx, name if asked == former else asked)


def _accept_options(command: Any, options: dict[str, str]) -> None:
    make = command.make_parser

    def make_parser(ctx: Any) -> Any:
        parser = make(ctx)
        known = parser._long_opt  # the table that the parser looks names up in
        known.update({former: known[name] for former, name in options.items()})
        return parser

    command.make_parser = make_parser
