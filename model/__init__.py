"""The organisation as a system: its state, the trust network, the month, and what is measured.

Read `month` first: ten groups of processes in schedule order. Then `climate` (rules of the organisation and of the
wider world), `uptake` (the uptake number), `state` (the arrays, and how they start), `network` (who knows whom),
`random` (every draw) and `measures` (the indicators). `organisation` wraps it all as a Mesa model, and alone imports
Mesa.
"""
