"""How do pages reach people, and who is let in?

Read `command` (`conducive dashboard`), then `serve` (the web server), `gate` (who is let in), `joining` (how people
come into a class), `machine` (this machine as others find it), `warm` (what is done before a first visitor asks) and
`lighter` (what is done less of for each page).
"""
