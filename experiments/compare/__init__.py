"""Which of two scenarios has more, how surely, and why?

Read `comparison` (pairs of runs with the same luck), then `ladder` (how sure), `answer` (what is said, by everybody),
`text`, `chart` and `brief` (the same for a terminal, as a picture, as a page), `dependence` (what it depends on),
`glance` (for a page that waits), `race` (more than two), `saving` (to a folder).
"""
