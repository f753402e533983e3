"""The group of commands: every failure in words and as an exit code, never as a traceback."""

from __future__ import annotations

import difflib
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import click

from diaban.errors import DiabanError

FAILED, FAULT, UNFORESEEN, STOPPED = 1, 2, 3, 130
"""Exit codes: some localities failed; a fault to be mended; a bug; Ctrl-C."""


class SpeakingGroup(click.Group):
    """Commands whose failures are two lines on standard error, Vietnamese and English."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> NoReturn:  # type: ignore[override]
        """Run the command of `args` and leave with its exit code."""
        _let_streams_print_anything()
        extra["standalone_mode"] = False
        sys.exit(_exit_code(lambda: super(SpeakingGroup, self).main(args, prog_name or "diaban", **extra)))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple:
        """Like click's; an unknown command is answered with the nearest."""
        known = self.list_commands(ctx)
        if args and not args[0].startswith("-") and args[0] not in known:
            likely = difflib.get_close_matches(args[0], known, n=1, cutoff=0.4) or known
            raise DiabanError("cli_unknown_command", command=args[0], likely=", ".join(likely))
        return super().resolve_command(ctx, args)


def say_error(error: DiabanError) -> None:
    """Both lines of an error, on standard error."""
    _say(error, "red", vi="Lỗi", en="Error")


def say_warning(told: DiabanError) -> None:
    """Both lines of a warning, on standard error."""
    _say(told, "yellow", vi="Lưu ý", en="Warning")


def _say(told: DiabanError, colour: str, **words: str) -> None:
    for language, word in words.items():
        click.echo(click.style(f"{word}: ", fg=colour, bold=True) + told.message(language), err=True)


def _exit_code(command: Callable[[], Any]) -> int:
    try:
        code = command()
    except click.exceptions.NoArgsIsHelpError as ask:
        click.echo(ask.format_message())
    except click.Abort:
        say_error(DiabanError("cli_stopped"))
        return STOPPED
    except Exception as error:
        told, code = _in_words(error)
        say_error(told)
        return code
    else:
        return code if isinstance(code, int) else 0
    return 0


def _in_words(error: Exception) -> tuple[DiabanError, int]:
    """What to say of an exception, and the exit code."""
    if isinstance(error, DiabanError):
        return error, FAULT
    if isinstance(error, click.ClickException):
        return _usage(error), FAULT
    if isinstance(error, OSError) and error.filename is not None:
        detail = error.strerror or type(error).__name__
        return DiabanError("cli_file_refused", file=error.filename, detail=detail), FAULT
    return DiabanError(
        "cli_unforeseen", detail=f"{type(error).__name__}: {error}", file=_log(error)
    ), UNFORESEEN


def _usage(error: click.ClickException) -> DiabanError:
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    fields = {"help": f"{ctx.command_path if ctx else 'diaban'} --help"}
    if isinstance(error, click.NoSuchOption):
        likely = ", ".join(error.possibilities or _options(ctx))
        return DiabanError("cli_unknown_option", option=error.option_name, likely=likely, **fields)
    if isinstance(error, click.MissingParameter) and error.param is not None and ctx is not None:
        return DiabanError("cli_missing_argument", name=error.param.make_metavar(ctx), **fields)
    if isinstance(error, click.BadParameter) and error.param is not None:
        expected = _accepted(error.param.type) or error.message
        return DiabanError("cli_bad_value", name=error.param.opts[0], expected=expected, **fields)
    return DiabanError("cli_usage", detail=error.format_message(), **fields)


def _options(ctx: click.Context | None) -> list[str]:
    """Every long option of the command."""
    params = ctx.command.get_params(ctx) if ctx else []
    return [option for param in params for option in param.opts if option.startswith("--")]


def _accepted(kind: click.ParamType) -> str:
    """Values of this kind, as either language can print them."""
    if isinstance(kind, click.Choice):
        return ", ".join(map(str, kind.choices))
    return "1, 2, 3, …" if kind.name.startswith("integer") else ""


def _log(error: Exception) -> str:
    """Keep the traceback where it can be passed on; returns the file."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="diaban-", suffix=".log", delete=False, encoding="utf-8"
    ) as log:
        log.writelines(traceback.format_exception(error))
    return log.name


def _let_streams_print_anything() -> None:
    """A terminal that lacks a letter shows `?` for it instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
