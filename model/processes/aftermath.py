"""What is left of an innovation after external money: has it ended, is it reduced, kept, sustained?"""

from __future__ import annotations

from conducive.agents.rule import rule
from conducive.model.arrays import Record, Table

TWO_YEARS, FIVE_YEARS = 24.0, 60.0
"""Months after external money at which it is said what has become of an innovation."""


@rule
def after_the_money(inputs: Record, org: Record, months: Table) -> None:
    """Two and five years after external money: has it ended, is it reduced, or kept? And is it sustained?"""
    since = inputs.month - org.last_external_month
    if since not in (TWO_YEARS, FIVE_YEARS):
        return
    launched = inputs.month - inputs.age + 1.0
    use_then, faithful_then = quarter_to(months, org.last_external_month, launched)
    use, faithful = quarter_to(months, inputs.month, launched)
    ended = 1.0 if use < inputs.ended_below else 0.0
    kept = 1.0 - ended if use >= inputs.kept_from * use_then else 0.0
    reduced = 1.0 - ended - kept
    if since == TWO_YEARS:
        org.ended_two_years, org.reduced_two_years, org.kept_two_years = ended, reduced, kept
        org.sustained = 1.0 - ended if faithful >= inputs.sustained_share * faithful_then else 0.0
    else:
        org.ended_five_years, org.reduced_five_years, org.kept_five_years = ended, reduced, kept


@rule
def quarter_to(months: Table, month: float, earliest: float) -> tuple[float, float]:
    """Mean use, and use at fidelity, over the three months up to `month`, none of them before `earliest`."""
    first = int(max(month - 2.0, earliest))
    use = faithful = 0.0
    for m in range(first, int(month) + 1):
        use += months[m - 1].use
        faithful += months[m - 1].use_at_fidelity
    count = max(1.0, month - first + 1.0)
    return use / count, faithful / count
