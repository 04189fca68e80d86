"""
Language: what a SensorThings URL says, before anything is looked up.

tree     what a filter is made of
lexer    a filter's words
parser   a filter's sentences
paths    which thing, by its way through the model
options  what to do with it: filter, expand, select, order, count, page
"""

from __future__ import annotations
