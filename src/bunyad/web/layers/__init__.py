"""
Layers: the maps of a plan for other programs, as OGC API Features asks.

catalogue   which layers there are, what their columns mean
stored      a layer in memory, ready to be asked
asked       what a request asks of a layer
bodies      what answers carry
documents   landing page, collections, columns
described   the standard's own OpenAPI document
endpoints   the requests
"""
