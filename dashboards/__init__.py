"""What people see. It asks `experiments` for everything, and computes nothing. Read from the bottom up, as imports run.

- `work`: what visitors share: work, taking turns, and results.
- `widgets`: of what are pages made?
- `asking`: what is asked, how is it written down, and what comes of it?
- `comparing`: how is a comparison chosen, shown and taken away?
- `pages`: which pages are there, and what does each show?
- `store`: what is kept of classes and games?
- `classroom`: how does a class learn with the model?
- `game`: how is *Keep it alive* played?
- `app`: the pages under one heading.
- `server`: how do pages reach people, and who is let in?
"""
