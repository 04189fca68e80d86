"""
Every error that a user can cause.

BunyadError
├─ InputError        a file, an option or a request is wrong; lists every fault found
├─ InfeasibleError   the rules leave no answer; names the rules that clash
├─ OutputError       the result could not be written (full disk, no permission)
├─ SourceError       an outside service did not answer
└─ ApiProblem        a server of plans refused (`bunyad.client`)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where it stands, what it is, and how to mend it."""

    where: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}. {sentence(self.mend)}"


def sentence(text: str) -> str:
    """Return `text` with a capital first letter and a full stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


class BunyadError(Exception):
    """Base of every error that a user can cause."""


class InputError(BunyadError):
    """
    A file, an option or a request is wrong.

    Parameters
    ----------
    what
        What is wrong, with the offending value.
    where
        File and field, such as `karabakh/region.yaml: horizon.last_year`.
    mend
        What to do about it.

    Examples
    --------
    >>> print(InputError("built_share is 3", where="settle.built_share", mend="give 0 to 1"))
    settle.built_share: built_share is 3. Give 0 to 1.
    """

    def __init__(self, what: str, *, where: str, mend: str) -> None:
        self.faults: tuple[Fault, ...] = (Fault(where=where, what=what, mend=mend),)
        super().__init__(str(self.faults[0]))

    @classmethod
    def of(cls, faults: Iterable[Fault]) -> InputError:
        """Gather several faults into one error, so that all are shown at once."""
        found = tuple(faults)
        error = cls(found[0].what, where=found[0].where, mend=found[0].mend)
        error.faults = found
        error.args = ("\n".join(str(fault) for fault in found),)
        return error


class InfeasibleError(BunyadError):
    """
    The rules leave no answer.

    Parameters
    ----------
    what
        What could not be met.
    clashing
        The rules or options that clash, by name.
    mend
        What to relax.
    """

    def __init__(self, what: str, *, clashing: Iterable[str], mend: str) -> None:
        self.clashing: tuple[str, ...] = tuple(clashing)
        names = ", ".join(self.clashing)
        super().__init__(f"{what}. Rules that clash: {names}. {sentence(mend)}")


class OutputError(BunyadError):
    """The result could not be written; what stood there before is untouched."""

    def __init__(self, what: str, *, where: str, mend: str) -> None:
        super().__init__(str(Fault(where=where, what=what, mend=mend)))


class SourceError(BunyadError):
    """An outside service did not answer as documented."""

    def __init__(self, what: str, *, where: str, mend: str) -> None:
        super().__init__(str(Fault(where=where, what=what, mend=mend)))

    @classmethod
    def told(cls, text: str) -> SourceError:
        """Return the error of several services, each of which has been told of already."""
        error = cls("", where="", mend="")
        error.args = (text,)
        return error
