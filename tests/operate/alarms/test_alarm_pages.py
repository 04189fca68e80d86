"""The pages about alarms say what the code does, and so do the ready-made rules."""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path

import pytest

import bunyad.cli.operate  # noqa: F401  (registers its commands)
from bunyad.cli.app import app
from bunyad.errors import InputError
from bunyad.operate.alarms import Engine, load_rules, parse_rules
from bunyad.operate.alarms.rules import PRIORITIES, rules_schema, rules_text

HOW_TO = Path(__file__).parents[3] / "docs/how-to/write-alarm-rules.md"
MINIMAL = """
format: bunyad-alarm-rules/1
version: 1
title: t
rules:
- {id: a, title: {en: a}, about: A, priority: low, owner: o, consequence: {en: c}, action: {en: c},
   when: %s}
"""


def test_the_rules_on_the_page_are_sound_and_use_every_way_to_join() -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", HOW_TO.read_text("utf-8"), re.DOTALL)
    assert len(Engine(parse_rules(text), [], start=0.0).watches) == 2


def test_every_condition_in_the_pages_table_is_one() -> None:
    text = HOW_TO.read_text("utf-8")
    conditions = [
        one for one in re.findall(r"^\| `(\{.*?\})`", text, re.MULTILINE) if "[...]" not in one
    ]
    assert len(conditions) >= 5
    for one in conditions:
        if "share_of" not in one:
            parse_rules(MINIMAL % one)


def test_the_village_rules_say_everything_in_both_languages() -> None:
    rules = load_rules("village")
    for rule in rules.rules:
        for words in (rule.title, rule.consequence, rule.action):
            assert words.en
            assert words.az
        if rule.measure is not None:
            assert "{n}" in rule.measure.en
            assert "{n}" in rule.measure.az
    shares = [sum(rule.priority == one for rule in rules.rules) for one in PRIORITIES]
    assert shares[3] > shares[1]  # most are low, as ISA-18.2 asks


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("{attribute: x, above: five}", "rules.0.when.above: the value is 'five'"),
        ("{attribute: x}", "expected one of above, below, equals and differs"),
        ("{attribute: x, above: 1, over: 1h}", "a statistic other than last needs"),
        ("{silent: x, longer_than: soon}", "rules.0.when.longer_than: the value is 'soon'"),
        ("{all: [{silent: x}]}", "rules.0.when.all.0.longer_than: the field is missing"),
        ("{not: {attribute: x, above: 1, colour: red}}", "colour: there is no such field"),
        ("{share_of: b, along: x, share: 0.5}", "these rules are named but not there: b"),
        ("{during: {start: 25:00}}", "rules.0.when.during.start"),
    ],
)
def test_faults_of_rules_name_their_field(when: str, says: str) -> None:
    with pytest.raises(InputError) as raised:
        parse_rules(MINIMAL % when)
    assert says in str(raised.value)
    assert "pydantic" not in str(raised.value)


def test_rules_that_count_each_other_are_told() -> None:
    both = MINIMAL % "{share_of: b, along: x, share: 0.5}" + (
        "- {id: b, title: {en: b}, about: A, priority: low, owner: o, consequence: {en: c},\n"
        "   action: {en: c}, when: {share_of: a, along: x, share: 0.5}}\n"
    )
    with pytest.raises(InputError, match="count each other's alarms: a, b"):
        Engine(parse_rules(both), [], start=0.0)


@pytest.mark.parametrize("text", ["", "- 1", "format: [", "format: other", "a: *b"])
def test_what_is_no_file_of_rules_is_told(text: str) -> None:
    with pytest.raises(InputError):
        parse_rules(text)


def test_the_schema_knows_every_condition() -> None:
    parts = rules_schema()["$defs"]
    assert {"Limit", "Silent", "During", "Unexpected", "Unlike", "Below"} <= set(parts)


def call(*words: str) -> None:
    with contextlib.suppress(SystemExit):  # how a command ends that went well
        app(["operate", "alarms", *words], exit_on_error=False, print_error=False)


def test_commands_tell_wrong_input(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.yaml").write_text("format: x")
    for words in (
        ("rules", "check", "bad.yaml"), ("rules", "show", "city"), ("watch",), ("list",),
        ("statistics",), ("act", "praise", "a", "b"),
    ):  # fmt: skip
        with pytest.raises(InputError) as raised:  # which ends with exit code 2
            call(*words)
        assert raised.value.faults[0].mend, words


def test_rules_are_shown_checked_and_listed(capsys) -> None:
    for words, says in (
        (("rules", "show"), rules_text("village")[:40]),
        (("rules", "check", "village"), "is sound"),
        (("rules", "list"), "transformer-lost"),
    ):
        call(*words)
        assert says in capsys.readouterr().out
    call("rules", "schema")
    assert json.loads(capsys.readouterr().out)["title"] == "Rules"
