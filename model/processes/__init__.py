"""What happens in a month: a file for each group of processes, called in this order by `month`.

`launch` (a wave starts), `wider_world` (policy, budget, incidents, inspection), `money` (grants and the council),
`leaders` (they come, go and change their minds), `workforce` (strain, leaving, vacancies), `families` (their
cases, wellbeing and voice), `learning` (training, reinforcement, skill), `adoption` (moves between stages), `trust`
(along ties and up the line), `memory` (what is written down; fit and obstacles) and `measure` (the indicators).

Parts of these: `posts` (somebody leaves, somebody starts); `belief` (what a worker sees, and makes of it), `rates`
(what moves a worker on) and `lapse` (why users give up), against which `adoption` draws; `averages` (the same, over
everybody) and `uptake` (the uptake number); `aftermath` (what is left after external money); `ledger` (every change in
the number of users).

In all of them `inputs` is what is given for the month, `org` the organisation, `worker` a practitioner, and `fam`,
`fund`, `lead`, `prac` are the rules of families, funders, leaders and practitioners.
"""
