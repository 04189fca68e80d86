"""The commands that read rules and tell them in words."""

from __future__ import annotations

import json
from pathlib import Path

from cyclopts import App

from bunyad.cli.app import AsJson
from bunyad.cli.auction.app import auction_app
from bunyad.errors import Fault, InputError, OutputError

rules_app = App(name="rules", help="Rules of an auction: ready-made, checked, in plain words.")
auction_app.command(rules_app)


@rules_app.command(name="list")
def list_rules(*, as_json: AsJson = False) -> None:
    """
    List the ready-made rules.

    Parameters
    ----------
    as_json
        Print them for machines.
    """
    from bunyad.auction.rules import load_rules, ready_made

    found = [load_rules(name) for name in ready_made()]
    if as_json:
        print(json.dumps([{"id": one.id, "title": one.title} for one in found]))
        return
    width = max(len(one.id) for one in found)
    for one in found:
        print(f"{one.id:<{width}}  {one.title}")


@rules_app.command(name="show")
def show_rules(name: str, /) -> None:
    """
    Print ready-made rules as YAML, to start your own from.

    Parameters
    ----------
    name
        Name of ready-made rules, such as india-seci.
    """
    from bunyad.auction.rules.reading import rules_text

    print(rules_text(name), end="")


@rules_app.command(name="check")
def check(rules: str, /) -> None:
    """
    Check rules and tell every fault, and what each call still has to fill in.

    Parameters
    ----------
    rules
        A YAML or JSON file, or the name of ready-made rules.
    """
    from bunyad.auction.clearing import clashing_rules, missing_rules
    from bunyad.auction.rules import load_rules

    read = load_rules(rules)
    clashes = clashing_rules(read)
    if clashes:
        raise InputError.of(Fault(f"{rules}: {one.where}", one.what, one.mend) for one in clashes)
    missing = missing_rules(read)
    print(f"{rules} is sound: {read.title}")
    for one in missing:
        print(f"To be filled in before bids are cleared: {one.where}: {one.what}")


@rules_app.command(name="words")
def tell_rules(rules: str, /, *, html: bool = False, out: Path | None = None) -> None:
    """
    Tell rules in plain English sentences.

    Parameters
    ----------
    rules
        A YAML or JSON file, or the name of ready-made rules.
    html
        Write a page of HTML instead of Markdown.
    out
        File to write to, instead of printing.
    """
    from bunyad.auction.rules import load_rules, rules_as_html, rules_as_markdown

    read = load_rules(rules)
    text = rules_as_html(read) if html else rules_as_markdown(read)
    if out is None:
        print(text, end="")
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise OutputError(
            f"it cannot be written ({error.strerror})", where=str(out), mend="choose another file"
        ) from None


@rules_app.command(name="schema")
def schema() -> None:
    """Print the JSON Schema of rules, for editors to complete and check."""
    from bunyad.auction.rules import rules_schema

    print(json.dumps(rules_schema(), indent=2, ensure_ascii=False))
