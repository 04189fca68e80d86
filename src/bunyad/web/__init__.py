"""
Web: one place where everybody sees the same plan.

`serve` runs the server. A chapter of pages is a folder here with `endpoints.py`; its rows are
listed in `chapters`. In the order in which a request meets them:

settings    how a server is set up
guard       headers, foreign pages, bodies that are too large
limits      how often somebody may ask
services    what endpoints work with, and who asks
rights      roles
endpoint    one row that says everything about one request
packed      answers that are kept ready
problems    the one shape of errors
openapi     the document made from the rows
accounts    signing in, second factors, invitations, tokens, audit log
layers      the maps of a plan for other programs
plans       plans, scenarios, comparison, files, features
jobs        runs of the planner
operate     the control room of living villages
app         all of it put together
"""
