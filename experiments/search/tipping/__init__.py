"""From which value on does an outcome cross a target?

Read `plan` (what is asked, and the searches), then `crossing` (one search, aware of noise), `frontier` (what comes
out), `ways` (what else would have to change where it crosses nowhere), `text` and `figures`.
"""
