"""How it is asked many times: ensembles, paired comparisons, what they say in words, and the command line.

Read `ensemble` first (one scenario, many replicates), then `comparison` (two scenarios in the same worlds), `text`
(results in plain English) and `cli` (the same from a terminal). `reference` writes the reference page from the
declarations.
"""
