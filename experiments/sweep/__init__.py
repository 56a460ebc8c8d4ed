"""How do thousands of runs get to disk, and what is found in them?

Read `file` (what a sweep file asks), then `design` (its points), `runs` (the work, cut into tasks), `folder` (parts
on disk, resumed at will), `sweep` (all of it), `text`, and `discovery` (boxes in a finished sweep).
"""
