"""Which conditions matter, by themselves and together?

Read `plan` (what is asked, making the runs, and all they say), then `indices` (designs, and what they say net of luck),
`text` and `figures`.
"""
