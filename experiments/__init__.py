"""Many lives: what is found by living through scenarios again and again. Read from the bottom up, as imports run.

- `version`, `words`: what decides results; how numbers are written.
- `lives`: how is a scenario lived many times, and what does a run say?
- `folders`: what makes a run the same run, and how is it kept?
- `compare`: which of two scenarios has more, how surely, and why?
- `options`: which of a few options is best, and how surely?
- `search`: which conditions matter, from which value on, and where?
- `takeaway`: what does somebody take into a meeting?
- `programmes`: what comes of one programme for many authorities?
- `sweep`: how do thousands of runs get to disk, and what is found in them?
- `evidence`: is the model any good?
- `pages`: the documents that are built from all this.
- `game`: *Keep it alive*, round by round.
- `cli`: the same, asked from a terminal.
"""
