"""How does a class learn with the model?

Read `files` (what a lesson is; those of `curriculum` hold one each), then `lessons` (which there are, what a group may
predict, and what the model says) and `runs` (each result worked out once); `page` (the lobby), `group` and `teacher`
with what they are made of, `pieces`, `forms` and `views`; `feedback` (what a group hears of its curve), `sheets` (to
print) and `claims` (whether lessons hold what they teach).
"""
