"""
Queries: from a filter to a statement with values beside it, never within.

pieces     parts of statements, each with its values
operands   what stands left and right of a sign, by kind
compare    the signs between operands
functions  the functions of Table 23
geometry   shapes, for functions that SQLite calls
shapes     the same where PostgreSQL is asked
compile    a whole condition or order, with the tables it needs
"""

from __future__ import annotations
