"""Addresses at which a gateway listens."""

from __future__ import annotations

import socket

from bunyad.errors import InputError

__all__ = ["address_of", "listen_at"]

MOST_PORT = 65_535
WAITING = 128
"""Connections that wait to be taken."""


def address_of(text: str, field: str) -> tuple[str, int]:
    """
    Return host and port of an address to listen at.

    Raises
    ------
    InputError
        If it is none.

    Examples
    --------
    >>> address_of("127.0.0.1:8080", "http")
    ('127.0.0.1', 8080)
    """
    host, sign, port = text.rpartition(":")
    if not sign or not host or not port.isdigit() or int(port) > MOST_PORT:
        raise InputError(
            f"{text!r} is no address", where=field, mend="write host:port, such as 127.0.0.1:8080"
        )
    return host.strip("[]"), int(port)


def listen_at(text: str, field: str) -> socket.socket:
    """
    Return a socket that listens at an address.

    Parameters
    ----------
    text
        Host and port.
    field
        Field of the source that says so, for messages.

    Raises
    ------
    InputError
        If it is no address of this machine, or is taken.
    """
    host, port = address_of(text, field)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(WAITING)
    except OSError as error:
        listening.close()
        raise InputError(
            f"cannot listen at {text}: {error.strerror or error}", where=field,
            mend="choose another port, or stop what listens there",
        ) from None  # fmt: skip
    listening.setblocking(False)  # noqa: FBT003  (the name of the library's own argument)
    return listening
