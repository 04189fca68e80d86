"""How a tenant's files are called, whatever its own name has in it."""

from __future__ import annotations

import re

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


def file_name(tenant: str) -> str:
    """
    Return a tenant's name as that of a file, whatever the file system does with capitals.

    Examples
    --------
    >>> file_name("Aghali_2"), file_name("../x")
    ('=41ghali=5f2', '=2e=2e=2fx')
    """
    return "".join(one if one in _PLAIN else f"={ord(one):02x}" for one in tenant)


def tenant_name(stem: str) -> str:
    """
    Return the name of the tenant whose file is called so.

    Examples
    --------
    >>> tenant_name("=41ghali=5f2")
    'Aghali_2'
    """
    return re.sub(r"=([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), stem)
