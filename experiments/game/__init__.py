"""The game *Keep it alive*: roles and choices as data, rounds lived by the model, news, an ending, files and words.

`deck` declares what can be chosen; `rounds` lives it; `news` is what each role sees; `ending` looks back; `files` keeps
a game; `text` says it in a terminal.
"""
