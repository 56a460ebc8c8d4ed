"""How is a comparison chosen, shown and taken away?

Read `choosing` (the lists to choose from), `happenings` (the timeline), then `results` (the answer), `why` (what stands
under it), `causes` (why people stop, in words and colours) and `take_away` (to share it, save it and bring it back).
"""
