"""In which part of a finished sweep is an outcome likely?

Read `plan` (what is asked), then `cases` (design points with the chance of the outcome), `boxes` (PRIM, and what comes
out), `text` and `figures`.
"""
