"""What happens in a month: a file for each group of processes, called in this order by `month`.

`launch` (a wave starts), `wider_world` (policy, budget, incidents, inspection), `money` (grants and the council),
`leadership` (leaders come, go and change their minds), `workforce` (strain, leaving, vacancies), `families` (their
cases, wellbeing and voice), `learning` (training, reinforcement, skill), `adoption` (moves between stages), `trust`
(along ties and up the line), `memory` (what is written down; fit and obstacles) and `measure` (the indicators).

They lean on `ledger` (who uses it, and why that changed), `posts` (somebody leaves, somebody starts), `rates` (what
moves one practitioner, drawn against in `adoption` and averaged in `uptake`), `uptake` (the uptake number) and
`aftermath` (what is left after external money).
"""
