"""Explore: ask the land of a plan: this cell, this area, a road from here to there."""
