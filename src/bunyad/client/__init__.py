"""
Client: a server of plans from Python, with the same names as its requests.

problem     what went wrong, and how to mend it
asking      one request: tries, waits, reads
accounts    signing in, people, tokens
plans       plans, scenarios, options, files
land        this cell, this area
layers      maps, as tables with geometry
jobs        runs, live
"""

from bunyad.client.client import Client
from bunyad.client.problem import ApiProblem

__all__ = ["ApiProblem", "Client"]
