"""The same, asked from a terminal.

Read `app` (all commands, and exit status), then `options` (what they take), `holding` (how anything that takes its time
is held), and the commands themselves: `running`, `searching`, `looking_up`, `upkeep`, `programme`, `play`.
"""
