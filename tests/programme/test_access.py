"""By which link a place is reached."""

from __future__ import annotations

import networkx as nx
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from bunyad.programme import reach_nodes

LINKS = st.lists(
    st.tuples(st.sampled_from("abcdefg"), st.sampled_from("abcdefg"), st.integers(1, 9)).filter(
        lambda link: link[0] != link[1]
    ),
    min_size=1,
    max_size=15,
)


def table(links) -> pd.DataFrame:
    frame = pd.DataFrame(links, columns=["start", "end", "length_km"])
    return frame.assign(id=[f"{n:02d}" for n in range(len(frame))])


def test_the_short_way_round_is_taken():
    links = table([("a", "b", 10), ("a", "c", 1), ("c", "b", 2)])

    assert reach_nodes(links, roots=["a"]) == {"c": "01", "b": "02"}


def test_a_part_without_a_root_is_reached_from_its_first_place_by_name():
    links = table([("a", "b", 1), ("y", "x", 1), ("y", "z", 1)])

    assert reach_nodes(links, roots=["a"]) == {"b": "00", "y": "01", "z": "02"}


def test_roots_off_the_network_are_passed_over():
    assert reach_nodes(table([("a", "b", 1)]), roots=["elsewhere"]) == {"b": "00"}


@given(LINKS)
def test_following_the_links_back_is_as_short_as_networkx_finds(links):
    frame = table(links)
    reached = reach_nodes(frame, roots=["a"])
    by_id = {
        i: (s, e, km)
        for i, s, e, km in zip(
            frame["id"], frame["start"], frame["end"], frame["length_km"], strict=True
        )
    }
    graph = nx.Graph()
    for start, end, km in links:
        best = min(km, graph.edges.get((start, end), {"km": km})["km"])
        graph.add_edge(start, end, km=best)
    if "a" not in graph:
        return
    for end_node, shortest in nx.single_source_dijkstra_path_length(
        graph, "a", weight="km"
    ).items():
        node, walked = end_node, 0
        while node != "a":
            start, end, km = by_id[reached[node]]
            node = start if node == end else end
            walked += km
        assert walked == shortest
