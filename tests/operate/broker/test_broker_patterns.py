"""Patterns, with Python's engine as the second opinion, and no pattern that runs away."""

import contextlib
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.operate.broker.problems import Problem
from bunyad.operate.broker.query import compile_pattern

ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "\\d", "\\w", "[a-c]", "^", "$", "(?:ab)"])
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("({}){}".format, inner, st.sampled_from(["*", "+", "?", "{2}", "{1,}", "{0,2}"])),
        st.builds("({}|{})".format, inner, inner),
        st.builds("{}{}".format, inner, inner),
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(PATTERNS, st.text(alphabet="abc1 ", max_size=8))
def test_a_pattern_is_found_where_python_finds_it(pattern: str, text: str) -> None:
    assert compile_pattern(pattern).search(text) == bool(re.search(pattern, text))


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(.*)*x", "(a?){30}a{30}b"])
def test_a_pattern_that_makes_others_run_away_is_matched_at_once(pattern: str) -> None:
    begin = time.perf_counter()
    assert not compile_pattern(pattern).search("a" * 5_000 + "c")
    assert time.perf_counter() - begin < 2


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("(?i)eiffel", "The EIFFEL Tower", True),
        ("^urn:ngsi-ld:Vehicle:[0-9]+$", "urn:ngsi-ld:Vehicle:12", True),
        ("[[:alpha:]]{3}", "ab1", False),
        ("[]x]", "]", True),
        (".*", "", True),
        ("a\\.b", "axb", False),
        ("[a-]", "-", True),
    ],
)
def test_common_patterns_are_understood(pattern: str, text: str, found: bool) -> None:
    assert compile_pattern(pattern).search(text) is found


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        ")",
        "[",
        "*",
        "a{3,1}",
        "a{9999}",
        "(a{999}){999}",
        "(?=a)",
        "\\1",
        "[z-a]",
        "a{",
        "\\",
        "(" * 60 + ")" * 60,
        "x" * 1_001 + ".",
    ],
)
def test_a_malformed_or_huge_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(Problem):
        compile_pattern(pattern)


@settings(deadline=None)
@given(st.text(max_size=30), st.text(max_size=10))
def test_no_text_breaks_the_patterns(pattern: str, text: str) -> None:
    with contextlib.suppress(Problem):
        compile_pattern(pattern).search(text)
