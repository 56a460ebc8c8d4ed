"""Which conditions matter, by themselves and together?

Read `plan` (what is asked, and doing it), then `indices` (designs, and what they say net of luck), `analysis` (what
comes out), `text` and `figures`.
"""
