"""A sector: many authorities, each an organisation as ever, and what flows between them from month to month.

Read `month` first: what a sector does in a month, in order. Then `weather`, `people`, `directors`, `word`, `choice` and
`funders` (one link each), `state` (the arrays), `ground` (how a sector starts) and `measures` (what is counted).
`sector` wraps it all as a Mesa model, and alone imports Mesa.
"""
