"""How it is asked many times: ensembles, paired comparisons, what they say in words and charts, and the command line.

Read `ensemble` first (one scenario, many replicates), then `comparison` (two scenarios in the same worlds). `intervals`
and `moments` say how and when results are read off. `text`, `words`, `cards` and `chart` put them before people;
`output` keeps them in a folder; `cli` does it all from a terminal. `benchmark` measures speed, and `reference` writes
the reference page from the declarations.
"""
