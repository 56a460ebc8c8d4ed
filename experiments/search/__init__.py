"""Which conditions matter, from which value on, and where?

Read `factors` (what is moved, over which range), then `sensitivity` (which matter), `tipping` with `crossing` and
`ways` (from which value on), `zone` with `filling` (where, as a map), `national` (every authority). Each has its
words in a module of its name with `_text`, and its pictures in `figures`.
"""
