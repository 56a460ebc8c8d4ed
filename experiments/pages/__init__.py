"""The documents that are built: `reference`, `odd` with `odd_sector`, `report` (validation), `levels`, `programme`.

Prose stands in templates (`*.md.jinja`), what is declared is passed in. `reading`, `explain` and `curves` read the code
of the model, for these pages and for whoever asks what reads an input.
"""
