"""Is the model any good?

Read `patterns` and `verdicts` (what the paper implies, and whether it shows), then `claims` with `claim_text` (what
each scenario of the library must show), `official` (the figures that authorities publish), `published` (studies), and
`validation`, which holds them all. `determinism`, `tensions`: what luck decides, and what that says. `ranking`:
what moves most. `fit`: how coefficients are fitted.
"""
