"""Who acts: practitioners, leaders, families and funders - the state of each, and the rules they follow.

Read `rule` first (what a rule is, and the few forms that rules are made of), then `practitioner`, `leader`, `family`
and `funder`: the fields of one row, then pure functions of numbers. `views` shows rows as Mesa agents to whoever
wants to look.
"""
