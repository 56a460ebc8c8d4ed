"""Where is practice sustained? The conducive zone as a map.

Read `axes` (what lies along and up), then `plan` (what is asked, and living through it), `map` (what comes out, and
what would take a place across the edge), `filling` (a map that somebody watches), `text` and `figures`.
"""
