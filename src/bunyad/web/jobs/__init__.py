"""Jobs: runs of the planner, each in a process of its own."""
