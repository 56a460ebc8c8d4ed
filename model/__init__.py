"""The organisation as a system: its state, the trust network, the month, and what is measured.

Read `month` first: what happens, in schedule order. Then `processes`, a file for each group of them; `climate` (rules
of the organisation and of the wider world), `state` (the arrays, and how they start), `arrays` (what their rows and
columns are called), `network` (who knows whom), `random` (every draw) and `measures` (the indicators). `organisation`
wraps it all as a Mesa model, and alone imports Mesa. `sector` is many of them, and what flows between.
"""
