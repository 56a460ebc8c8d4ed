"""Where is practice sustained? The conducive zone as a map.

Read `plan` (what is asked, over which axes, and living through it), then `map` (what comes out, and what would take a
place across the edge), `filling` (a map that somebody watches), `text` and `figures`.
"""
