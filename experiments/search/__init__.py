"""Which conditions matter, from which value on, and where?

Read `study` (how anything is asked, carried out and kept) and `factors` (what is moved, over which range), then
`sensitivity` (which matter), `tipping` (from which value on), `zone` (where, as a map), `national` (every authority).
Each is a folder: what is asked in `plan`, what comes out, its words in `text`, its pictures in `figures`.
"""
