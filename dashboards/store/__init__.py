"""What is kept of classes and games?

Read `codes` (what people type, and what their browsers hold), `tries` (how often they may), then `file` (where it is
kept), `classes` and `games`.
"""
