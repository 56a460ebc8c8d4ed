"""How is a scenario lived many times, and what does a run say?

Read `ensemble` (a scenario lived many times), then `intervals` (luck, ignorance and the 95% interval), `plausible`
(sets of coefficients that the evidence does not rule out), `moments` and `readings` (what is read off, and when),
`text` (what a run says). `living` and `executors` hand lives to threads, processes and clusters; `recording` is one
life, month by month.
"""
