"""What went wrong at a server, and how to mend it."""

from __future__ import annotations

import msgspec

from bunyad.errors import BunyadError, Fault, sentence


class FaultRow(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong, as a server writes it."""

    where: str
    what: str
    mend: str


class ProblemRow(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong, as a server writes it (RFC 9457)."""

    title: str
    status: int
    type: str = "about:blank"
    mend: str = ""
    faults: list[FaultRow] = []


class ApiProblem(BunyadError):  # noqa: N818  # the standard's own word
    """
    A server has refused, or could not be reached.

    Parameters
    ----------
    title
        What is wrong.
    status
        HTTP status; 0 where no server answered.
    code
        Word that programs can rely on, such as `not-found`.
    mend
        What to do about it.
    faults
        Every single thing that is wrong with the request.

    Examples
    --------
    >>> print(ApiProblem("There is no such plan.", status=404, mend="choose again"))
    There is no such plan. Choose again.
    """

    def __init__(
        self, title: str, *, status: int, code: str = "", mend: str = "",
        faults: tuple[Fault, ...] = (),
    ) -> None:  # fmt: skip
        said = " ".join(sentence(text) for text in (title, mend) if text)
        super().__init__("\n".join([said, *map(str, faults)]))
        self.title = title
        self.status = status
        self.code = code
        self.mend = mend
        self.faults = faults

    @classmethod
    def read(cls, status: int, content: bytes) -> ApiProblem:
        """Read a server's answer."""
        try:
            row = msgspec.json.decode(content, type=ProblemRow)
        except msgspec.DecodeError:
            return cls(
                f"The server answered {status}, and not as Bunyad does", status=status,
                mend="check the address",
            )  # fmt: skip
        faults = tuple(Fault(where=one.where, what=one.what, mend=one.mend) for one in row.faults)
        code = row.type.rpartition("/")[2]
        return cls(row.title, status=status, code=code, mend=row.mend, faults=faults)
