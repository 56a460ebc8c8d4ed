"""What rules are given beside declared inputs and states: each argument with its meaning, declared once for all rules.

The same name means the same in every rule, but where an entry is of one rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Argument:
    """A number that rules are given.

    Attributes:
        name: the name under which they take it.
        meaning: what it is, in a few words; empty where it is an input or a state, which say so themselves.
        rule: the one rule that this is true of; empty for all.
        span: low, usual and high value, where it is not a share; rules are drawn over them.

    """

    name: str
    meaning: str = ""
    rule: str = ""
    span: tuple[float, float, float] | None = None


ARGUMENTS: Mapping[str, Argument] = {
    f"{one.rule}.{one.name}".removeprefix("."): one
    for one in (
        Argument("added_hours", "hours a week that use, other initiatives and implementation work add", span=(0, 2, 8)),
        Argument("added_share", "share of the week that using it would add", span=(0, 0.05, 0.2)),
        Argument("adequate", "log-odds of anything but inadequate", span=(-2, 2.2, 4)),
        Argument("answered", "share of participation that is paid for and acted on"),
        Argument("attention", "share of attention one initiative gets"),
        Argument("availability", "time the worker has for the family, relative to what it needs"),
        Argument("bar", "how much more than others those who decide now ask for, standard normal", span=(-1, 0, 1)),
        Argument("benefit", "what practice did for a family on average, `effect_lag` months ago", span=(0, 0.1, 0.4)),
        Argument("case", "case for taking it on"),
        Argument("ceiling", "best fit that can be reached here"),
        Argument(
            "colleagues_lost", "share of the team that left in a month, smoothed over a quarter", span=(0, 0.012, 0.2)
        ),
        Argument("concurrent_initiatives", span=(1, 2, 6)),
        Argument("continuation", "how far people expect it to last"),
        Argument(
            "coproduction_cost",
            "cost of full coproduction for a family, GBP a year (`coproduction_family`)",
            span=(10, 30, 80),
        ),
        Argument("cost_per_post", "running cost a post and year (GBP)", span=(0, 2500, 40000)),
        Argument("cut", "share of the council's budget cut this month", span=(0, 0, 0.3)),
        Argument(
            "cut",
            "log-odds after a good grade, for middling casework and usual staffing",
            rule="grade_log_odds",
            span=(-2, 1.3, 4),
        ),
        Argument("day_job", "full-time implementation work done on the day job, per post", span=(0, 0, 0.05)),
        Argument("defensive", "blame times scar", span=(0, 0, 1)),
        Argument("drawn_away", "how far pressure draws the leader away"),
        Argument("drive", "motivation behind the innovation"),
        Argument("effect", "what use of the innovation does for this family", span=(0, 0.1, 0.4)),
        Argument("effort", "effort that goes into tailoring"),
        Argument("failure_reported", "share of what goes wrong that may be reported and is safe to report"),
        Argument(
            "families", "families on the books: open cases", rule="coproduction_resourced", span=(300, 2190, 6000)
        ),
        Argument("freedom", "how free a person is to attempt the unfamiliar"),
        Argument("funder_patience", "months before the funder expects results (`patience`)", span=(12, 36, 60)),
        Argument("gain", "share of the room left that is gained", span=(0, 0.1, 0.3)),
        Argument("good", "log-odds of good or better", span=(-2, 1.3, 4)),
        Argument("grade", "grade at the last inspection, 1 to 4", span=(1, 2, 4)),
        Argument("half", "amount at which the return is a half", span=(0.5, 1, 4)),
        Argument("handed_over", "what is left of the predecessor's commitment"),
        Argument("harmony", "what dissonance with staff values leaves of the appeal", span=(0.3, 0.85, 1)),
        Argument("heard", "how far staff and families have a say"),
        Argument("horizon", "months people look ahead (`look_ahead`)", rule="expected_stay", span=(6, 12, 24)),
        Argument("horizon", "months people look ahead", rule="fading", span=(6, 12, 24)),
        Argument("horizon", "months people look ahead (`look_ahead`)", rule="money_ahead", span=(6, 12, 24)),
        Argument("imposed", "how far change is imposed from above"),
        Argument("integrity", "active ingredients left after tailoring"),
        Argument("lead", "what the leader visibly puts behind it"),
        Argument("leader_ahead", "weight given to leaders still being there"),
        Argument("line", "trust in the leader above times what that leader puts behind it"),
        Argument("loss", "share of the stock that is lost", span=(0, 0.1, 0.3)),
        Argument("lost", "ownership lost so far"),
        Argument("mandate", "push from above that staff have no part in", span=(0, 0.1, 0.5)),
        Argument("message", "how far the leader's message reaches"),
        Argument("money", "money for coproduction, GBP a year", span=(0, 20000, 60000)),
        Argument("monthly_turnover", "leavers a month over staff in post", span=(0.005, 0.012, 0.03)),
        Argument("months", "months", span=(0, 24, 72)),
        Argument("months_left", "months of external money left", span=(0, 12, 72)),
        Argument("months_since_launch", "months since the launch of this wave", span=(0, 12, 60)),
        Argument("months_to_known_exit", "months until an exit people know of", span=(0, 12, 60)),
        Argument("outstanding", "log-odds of outstanding", span=(-4, -0.7, 2)),
        Argument("ownership", "mean commitment of the director and the service heads"),
        Argument("pace", "monthly pace", span=(0.05, 0.2, 0.5)),
        Argument("participation", "how far staff take part in shaping it"),
        Argument("partners", "how far partner organisations work with the service"),
        Argument("patience", rule="promised_evidence", span=(12, 36, 60)),
        Argument("permission", "openness of the manager"),
        Argument("persistence", "fall of the log-odds for each worse grade at the last inspection", span=(0, 1, 2)),
        Argument("personal_cost", "what failure is expected to cost the person", span=(0, 0.2, 1)),
        Argument("policy_support", "support of current policy"),
        Argument("pressure", "push times what the leader visibly puts behind it"),
        Argument("pull", "odds that colleagues persuade", span=(0, 1, 5)),
        Argument("quality", "quality of casework: wellbeing of families times calm of staff", span=(0, 0.2, 0.6)),
        Argument("raised", "how far the manager raises the innovation in supervision"),
        Argument("rate", rule="chance", span=(0, 1, 3)),
        Argument("rate", "monthly rate"),
        Argument("recruited", "monthly chance that a post gets a permanent holder"),
        Argument("refreshed", "share of missing skill that refreshers give this month", span=(0, 0.02, 0.1)),
        Argument("reluctance", "case that the council asks for"),
        Argument("resourced", "share of the ambition of participation that is paid for"),
        Argument("scar", rule="scar_next", span=(0, 0.5, 1)),
        Argument("share", "share in the long run"),
        Argument("shock", "1 in a month of a shock, else 0", span=(0, 0, 1)),
        Argument("spread", "spread on the log scale", span=(0.1, 0.25, 0.5)),
        Argument("staffing", "fall of the log-odds from no agency staff to nobody else"),
        Argument("steepness", "how much several users count for more than one", span=(1, 3, 5)),
        Argument("strength", "how far one missing condition holds a step back"),
        Argument("supervision", "supervision in which the innovation has a place"),
        Argument("tailoring", "how much is tailored in the end"),
        Argument("target", "where it is heading"),
        Argument(
            "tenure_factor", "how much likelier than average a person of this tenure is to leave", span=(0.7, 1, 1.8)
        ),
        Argument("threshold", "exposure at which this person is half persuaded", span=(0.2, 0.4, 0.6)),
        Argument("tightness", "how far the council's budget has fallen below launch", span=(0, 0, 0.5)),
        Argument("u", "a uniform draw"),
        Argument("use", "share of practitioners who use it"),
        Argument("using", "1 for who uses it, else 0"),
        Argument("usual_agency", "share of those in post who are agency staff in the long run"),
        Argument(
            "usual_chance", "monthly chance that a case closes for a family doing as usual", span=(0.05, 0.07, 0.1)
        ),
        Argument("usual_quality", "quality of casework under usual wellbeing and strain", span=(0.1, 0.2, 0.3)),
        Argument("values", "value alignment times drive"),
        Argument(
            "weather", "this year's pull of other jobs, as a log factor", rule="leaving_chance", span=(-0.5, 0, 0.5)
        ),
        Argument("weight", "rise of the log-odds from the worst to the best casework", span=(1, 3, 6)),
        Argument("wellbeing", rule="incident_chance", span=(0.2, 0.35, 0.6)),
        Argument("x", rule="clip", span=(-1, 0, 2)),
        Argument("x", rule="logistic", span=(-6, 0, 6)),
        Argument("x", rule="saturating", span=(0, 1, 6)),
        Argument("x", "a number"),
        Argument("y", "a number"),
    )
}
"""By name, or by rule and name."""
