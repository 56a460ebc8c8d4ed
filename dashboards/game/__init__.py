"""How is *Keep it alive* played?

Read `page` (the lobby), then `table` (a game as its players see it), `host` (the board of whoever opened it) and `end`
(how it ended). Its rules are in `experiments.game`, what is kept of it in `store.games`.
"""
