"""The coefficients of the dynamics and the switches of its mechanisms.

Declared like any other input,
because each is an assumption somebody may want to question: `coefficients.<name>` in a scenario
file, in Python and on the command line. Those graded `assumed` or `literature` are free: calibration may move them
in their range.
"""

from __future__ import annotations

from dataclasses import replace

from conducive.scenarios.declaration import SWITCH, Grade, Input
from conducive.scenarios.short import Several


def _c(
    name: str,
    meaning: str,
    unit: str,
    default: float,
    bounds: tuple[float, float],
    plausible: tuple[float, float],
    source: str,
    grade: Grade = "assumed",
) -> Input:
    return Input(name, meaning, unit, default, *bounds, None, None, *plausible, source, grade, group="coefficients")


UNIT = (0.0, 1.0)
RATE = (0.0, 100.0)
OURS = "Our judgement; no measured figure found"

COEFFICIENTS: tuple[Input, ...] = (
    # ---- Gates and paces shared by many rules
    _c("gate_strength", "How far one missing condition holds back a step that needs several.", "share", 0.33, UNIT,
       (0.2, 0.6), "Paper 5, 7: conditions work together, none suffices", "paper"),
    _c("climate_pace", "Pace at which strain, safety, belief, commitment and wellbeing follow their causes.",
       "share a month", 0.233669, (0.001, 1.0), (0.08, 0.3), OURS),
    _c("look_ahead", "How far ahead people look when they ask whether it will last.", "months", 18.319, (1.0, 120.0),
       (6.0, 24.0), OURS),
    # ---- Wider world
    _c("inspection_interval", "Mean time between inspections.", "months", 36.0, (6.0, 240.0), (30.0, 48.0),
       "Ofsted: about every three years", "measured"),
    _c("inspection_outstanding", "Log-odds of outstanding after good, for middling casework and usual staffing.",
       "log-odds", -0.7, (-9.0, 9.0), (-1.0, -0.4),
       "Ofsted transitions 2014-2025, n=94", "measured"),
    _c("inspection_good", "Log-odds of good or better after good.", "log-odds", 1.3, (-9.0, 9.0), (0.9, 1.7),
       "Ofsted transitions 2014-2025, n=94", "measured"),
    _c("inspection_adequate", "Log-odds of anything but inadequate after good, for the same.", "log-odds", 2.4, (-9.0,
       9.0), (1.7, 2.7),
       "Ofsted transitions 2014-2025, n=94", "measured"),
    _c("inspection_persistence", "Fall of these log-odds for each grade worse at the last inspection.", "log-odds",
       1.0, (0.0, 9.0),
       (0.5, 1.8), "Ofsted transitions 2014-2025, n=289", "measured"),
    _c("inspection_quality", "Rise of these log-odds from the worst to the best casework.", "log-odds", 1.70633, (0.0,
       30.0), (1.0, 6.0), OURS),
    _c("inspection_staffing", "Fall of these log-odds from no agency staff to nobody else, beyond what is usual there.",
       "log-odds", 12.0, (0.0, 100.0), (6.0, 18.0),
       "Ofsted and DfE event study, 32 judgements: agency use 4.9 points up in the year before, its swing 6.8 points",
       "measured"),
    _c("scar_months_blame",
       "How much longer than the usual pace of the climate the memory of an incident lasts under full blame.",
       "months", 110.0, (0.0, 600.0), (60.0, 150.0),
       "Paper 4.5: still there after nine years", "paper"),
    _c("intervention_months", "How long an improvement regime echoes after a better judgement.", "months", 16.0, (1.0,
       240.0),
       (12.0, 36.0), "Ofsted and DfE event study, 32 judgements", "measured"),
    # ---- Money
    _c("diversion", "Share of unprotected money drawn off when the council's budget holds.", "share",
       0.0787454, UNIT, (0.0,
       0.4), OURS),
    _c("rosy_reporting", "Share of a shortfall that is glossed over where failure is not an option.", "share", 0.3,
       UNIT, (0.1, 0.6),
       "Paper 4.1: failures buried", "paper"),
    _c("benefit_seen", "Effect on families at which half of it is recognised.", "share", 0.0293307, (0.001, 10.0),
       (0.02, 0.1), "No figure touches it; with `council_price` it decides T14"),
    _c("council_price", "Running cost at which the council asks for a case half proven before it takes it on.",
       "GBP a post and year", 30401.5, (1.0, 1_000_000.0), (5000.0, 40000.0),
       "T14: 30 to 60% of organisations keep it five years after the grant; about a tenth to half of a post's cost"),
    # ---- Leaders
    _c("exit_shock", "Chance that a poor judgement, or a shift of policy for a director, costs a leader the post.",
       "share", 0.129391, UNIT,
       (0.1, 0.4), "CYP Now 2014: 2.9 directors in six years where inadequate, 2.2 where outstanding", "literature"),
    _c("acting_months", "Time a leader's post is covered before a successor starts.", "months", 4.0, (0.0, 60.0), (3.0,
       8.0),
       "ADCS 2024: 28 interims of 62 changes, 8 months each", "measured"),
    _c("commitment_evidence", "How far full evidence alone commits a leader.", "share", 0.610802, UNIT, (0.4, 0.9),
       OURS),
    _c("commitment_line", "Weight of the line above in it.", "share", 0.220632, UNIT, (0.2, 0.5), OURS),
    _c("voice_weight", "Weight of being heard, as a family or as staff, in commitment, belief and tailoring.", "share",
       0.4, UNIT, (0.0, 0.7),
       "Paper 4.2: effect size unknown", "paper"),
    # ---- Workforce and climate
    _c("contract_hours", "Full-time week.", "hours a week", 37.0, (1.0, 80.0), (36.0, 40.0),
       "National joint council terms", "measured"),
    _c("hours_per_case", "Direct work a case needs.", "hours a week", 0.999005, (0.0, 40.0), (0.8, 1.5),
       "1.0 to 1.2 contacts a case-month from visiting rules, 3.5 to 5 hours each with travel and talk", "literature"),
    _c("strain_load", "How steeply strain rises with load.", "log-odds", 3.80419, (0.0, 50.0), (2.0, 7.0), OURS),
    _c("strain_anxiety", "How far personal cost raises strain and full containment lowers it.", "log-odds", 1.56379,
       (0.0, 20.0), (0.5, 3.0),
       "Direction: Glisson, Dukes & Green 2006"),
    _c("cost_exposure", "How exposed a person is under full hostility even without an incident.", "share", 0.489832,
       UNIT, (0.3, 0.9), OURS),
    _c("safety_context", "How far strain, and missing trust in managers, each take safety.", "share",
       0.208816, UNIT, (0.1,
       0.5), OURS),
    _c("attention_cost", "How much attention each other initiative takes.", "per initiative", 0.35, (0.0, 10.0), (0.2,
       0.5),
       "Paper 4.3", "paper"),
    _c("leave_strain", "Rise of leaving per point of strain.", "log rate", 1.74136, (0.0, 10.0), (0.2, 2.0),
       "Direction: Glisson, Dukes & Green 2006"),
    _c("usual_strain", "Strain that newcomers are used to: at it leaving is at the own rate.", "share", 0.24425,
       (0.01, 0.99), (0.1, 0.7), "The model's strain under default conditions", "measured"),
    _c("strain_used_to", "Time in which people get used to a lasting strain, as far as leaving goes.", "months", 36.0,
       (1.0, 480.0), (18.0, 90.0),
       "DfE panel: turnover hardly goes with caseload (correlation .04); 18 to 90 months agree with it alike",
       "measured"),
    _c("leave_early", "How much likelier new staff are to leave.", "ratio", 0.6, (0.0, 10.0), (0.4, 1.5),
       "DfE: 35% of leavers under two years", "measured"),
    _c("early_months", "How long somebody counts as new.", "months", 24.0, (1.0, 240.0), (12.0, 36.0),
       "DfE length of service", "measured"),
    _c("leave_colleagues", "Rise of leaving per colleague in the team lost that quarter, as a share of the team.",
       "log rate", 1.70856,
       (0.0, 50.0), (0.0, 12.0), "DfE panel: turnover swings more than independent leaving", "literature"),
    _c("leave_weather", "Spread of the yearly pull of other jobs around the organisation's own rate of leaving.",
       "log rate", 0.25, (0.0, 2.0), (0.1, 0.4),
       "DfE panel: swing of turnover net of chance of 4.5 points; leaving also feeds on strain and on colleagues lost",
       "measured"),
    _c("recruit_weather", "Spread of the time to fill a post from year to year.", "log", 0.65,
       (0.0, 3.0), (0.3, 0.8), "DfE panel: within-authority swing of vacancies of 6.5 points", "measured"),
    _c("cover_swing", "Spread of the odds that a vacancy is covered by agency staff from year to year.", "log-odds",
       1.6, (0.0, 10.0), (1.2, 2.0),
       "DfE panel: within-authority swing of agency use of 6.8 points, 19 to 22 points of what is covered", "measured"),
    _c("demand_swing", "Spread of yearly demand for casework around its usual level.", "log", 0.1, (0.0, 1.0),
       (0.05, 0.15), "DfE panel: within-authority swing of caseload of 1.65 cases", "measured"),
    _c("agency_stay", "Mean stay of an agency worker.", "months", 13.9414, (1.0, 120.0), (6.0, 18.0), OURS),
    _c("recruit_stigma", "How much longer posts stay unfilled under an improvement regime.", "ratio",
       1.31584, (0.0, 20.0),
       (0.4, 1.6),
       "Ofsted and DfE event study, 32 judgements: vacancies of 17% up by 4 to 13 points in the second year after",
       "literature"),
    _c("improvement_posts", "Posts added under an improvement regime, as a share of the establishment.",
       "share of posts", 0.0663953,
       (0.0, 0.5), (0.03, 0.12), "Ofsted and DfE event study, 32 judgements", "literature"),
    # ---- Families
    _c("case_duration", "Mean time a case is open.", "months", 14.0, (1.0, 240.0), (10.0, 20.0),
       "DfE children in need: about as many in the year as half again those at its end", "measured"),
    _c("usual_help", "What usual practice does for a family with time and trust.", "share", 0.35113, UNIT, (0.2, 0.7),
       OURS),
    _c("usual_wellbeing", "Wellbeing at which cases close at their usual rate.", "share",
       0.307375, (0.01, 1.0), (0.2, 0.5),
       "The model's wellbeing under default conditions", "measured"),
    # ---- Belief and fatigue
    _c("belief_values", "Weight of values and motivation in belief.", "share", 0.560487, (0.0, 5.0), (0.2, 0.6), OURS),
    _c("belief_message", "Weight of the leader's message.", "share", 0.728988, (0.0, 5.0), (0.3, 0.85), OURS),
    _c("belief_benefit", "Weight of benefit seen.", "share", 0.543578, (0.0, 5.0), (0.15, 0.6), OURS),
    _c("belief_peers", "Weight of trusted colleagues.", "share", 0.162633, (0.0, 5.0), (0.1, 0.4), OURS),
    _c("fatigue_growth",
       "Fatigue that other initiatives, imposed change and unpaid implementation work add at their fullest.",
       "share a month", 0.03, UNIT,
       (0.01, 0.06), "Paper 4.4", "paper"),
    _c("fatigue_recovery", "Share of fatigue that wears off.", "share a month", 0.0410436, UNIT, (0.02, 0.06), OURS),
    # ---- Contagion
    _c("contagion_threshold", "Trust-weighted share of ties using it that half persuades a closed person.", "share",
       0.408029, (0.0, 1e6), (0.15, 0.6), "Direction: Granovetter 1978; Centola 2010"),
    _c("contagion_steepness", "How much several users count for more than one (1 = not at all).", "exponent", 3.10874,
       (0.1, 500.0),
       (1.5, 5.0), "Direction: Centola 2010"),
    _c("cross_team_ties", "Ties to colleagues in other teams before silos remove any.", "ties", 6.38635,
       (0.0, 10_000.0), (3.0, 8.0), OURS),
    # ---- Moves between stages
    _c("step_pace", "Pace of making up one's mind, and of doing what one is told to.", "a month", 0.236077, RATE,
       (0.2, 0.7), "T1: 45 to 80% trained at 18 months, so that making up one's mind takes months"),
    _c("willing_threshold", "Appeal that half convinces a closed person.", "share", 0.554026, (-100.0, 100.0),
       (0.5, 0.95), OURS),
    _c("decision_steepness", "How sharply a decision, of workers or funders, turns on its reasons.", "log-odds",
       9.02244, (0.0, 100.0), (5, 15), OURS),
    _c("training_capacity", "Days of training, of one person each, that a full-time implementation worker can run.",
       "days a month", 12.1179, (0.0, 40_000.0), (4.8, 20.0),
       "T1: 1,800 trained in 18 months (Ireland); Hertfordshire about 580 in all; 1.2 to 5 people a month in courses "
       "of four days"),
    _c("in_kind", "Implementation work that full collaboration brings in from partners.", "FTE per 100 posts", 0.5,
       (0.0, 20.0),
       (0.0, 1.5), "Paper 4.4", "paper"),
    _c("try_alone", "Pace of first attempts by people who are helped and see nobody use it.", "a month", 2.88346, RATE,
       (0.6, 6), "T2: 45 to 70% of those trained try within 6 months, 10 to 20% a month; a fifth to all of it alone, "
       "where freedom, readiness, expectation and help together are a thirtieth"),
    _c("try_peers", "Pace added by trusted users.", "a month", 1.28292, RATE, (1, 6),
       "T2 with T3: most of it where colleagues use it, little where nobody does"),
    _c("return_pace", "Pace at which people come back after lapsing.", "a month", 0.0755277, RATE, (0.04, 0.2),
       "Bond 2014: 16% of sites stopped and restarted, 37% ended; Kittelman 2020", "literature"),
    # ---- Lapse
    _c("lapse_strain", "Lapse from overload at full strain.", "a month", 0.0130635, RATE, (0.004, 0.06),
       "T13: 1 to 4% of users stop a month (Brookman-Frazee 2018, 2024), a stay of 25 to 100 months; this cause a "
       "tenth to half of it at strain 0.3 and habit 0.5"),
    _c("lapse_reinforcement", "Lapse when nothing reinforces use.", "a month", 0.0506515, RATE, (0.02, 0.16),
       "T13: 1 to 4% of users stop a month (Brookman-Frazee 2018, 2024), a stay of 25 to 100 months; alone a "
       "quarter to all of it at reinforcement 0.3 and habit 0.5"),
    _c("lapse_fit", "Lapse when nothing fits.", "a month", 0.0732363, RATE, (0.015, 0.12),
       "T13: 1 to 4% of users stop a month (Brookman-Frazee 2018, 2024), a stay of 25 to 100 months; alone a "
       "quarter to all of it at fit 0.55 and habit 0.5"),
    _c("lapse_blame", "Lapse after an incident under full blame.", "a month", 0.121394, RATE, (0.01, 0.15),
       "T13: 1 to 4% of users stop a month (Brookman-Frazee 2018, 2024), a stay of 25 to 100 months; an incident "
       "multiplies it by 1.5 to 4 under full blame (our judgement)"),
    _c("lapse_leader_gone", "Lapse when ownership has gone with leaders.", "a month", 0.0380764, RATE, (0.02, 0.28),
       "T13: 1 to 4% of users stop a month (Brookman-Frazee 2018, 2024), a stay of 25 to 100 months; a "
       "quarter to all of it where half of ownership is gone, at habit 0.5 (Kittelman 2020: direction)"),
    _c("lapse_unpaid", "Lapse when none of the running cost is paid.", "a month", 0.0279875, RATE, (0.007, 0.1),
       "T13: 1 to 4% of users stop a month (Brookman-Frazee 2018, 2024), a stay of 25 to 100 months; organisations "
       "lose a programme at 8 to 16% a year, 0.7 to 1.4% a month (Tibbits 2010, Bond 2014)"),
    _c("lapse_doubt", "Lapse among nothing but trusted sceptics.", "a month", 0.0367441, RATE, (0.004, 0.08),
       "T13: 1 to 4% of users stop a month (Brookman-Frazee 2018, 2024), a stay of 25 to 100 months; up to half of "
       "it where one tie in five is a sceptic"),
    _c("habit_shield", "Share of lapse that full habit prevents.", "share", 0.942096, UNIT, (0.75, 0.97),
       "No figure touches it directly; T13 and T14 together"),
    # ---- Learning and fidelity
    _c("didactic_share", "Share of that which a lecture gives.", "share", 0.398206, UNIT, (0.1, 0.5),
       "T6: 3 to 22% at fidelity six months after a workshop; Joyce & Showers 2002 (order only)", "literature"),
    _c("skill_retention", "Unused skill kept from month to month.", "share a month", 0.923523, UNIT, (0.9, 0.95),
       "Tatel & Ackerman: half lost in 6.5 to 13 months unused", "literature"),
    _c("practice_pace",
       "Pace at which supported use of what hardly departs from usual practice becomes skill and habit.",
       "share a month", 0.71543, UNIT, (0.3, 1),
       "T11: 6 to 12 months from training to fidelity, at middling radicalness a fifth of this pace"),
    _c("radical_drag", "How much slower full-system change is learned and rebuilt.", "ratio", 50.0, (0.0, 200.0),
       (20.0, 80.0), "Paper 4.3: 10-15 years; 2-4 years for others (Fixsen et al. 2005)", "paper"),
    _c("reinforce_coaching", "Reinforcement by full coaching and feedback.", "share", 0.841998, UNIT, (0.5, 0.95),
       "T4 to T6: 55, 30 and 10% at fidelity with strong, loose and no coaching", "literature"),
    _c("reinforce_supervision", "Reinforcement by supervision in which it has a place.", "share", 0.589545, UNIT,
       (0.4, 1), "T15: better leadership adds 8 to 30 points of fidelity (LOCI trial)"),
    _c("reinforce_peers", "Reinforcement by colleagues who use it.", "share", 0.540965, UNIT, (0.2, 0.7),
       "Atkins 2008, Bunger 2020: direction; no size found"),
    _c("fidelity_skill", "How far fidelity depends on skill.", "share", 0.34892, UNIT, (0.2, 0.8),
       "T4 to T6 and T8: fidelity of those trained, by support"),
    _c("fidelity_context", "How far it depends on each of support, fit, belief and clarity.", "share", 0.0334126, UNIT,
       (0.02, 0.25), "T10 against T8: good conditions double or treble fidelity, not more"),
    _c("person_spread", "Lasting spread of openness and aptitude between people.", "log", 0.437844, (0.0, 2.0),
       (0.3, 0.55), "Forrester et al. 2018: skill 2.9 with a spread of 0.6 to 0.9 above a floor of 1"),
    # ---- Trust, memory, fit
    _c("trust_growth", "Pace at which trust grows with supportive leaders and shared work.", "share a month", 0.0305789,
       UNIT, (0.02, 0.08),
       "Direction: Slovic 1993"),
    _c("trust_wear", "Share of trust that wears off.", "share a month", 0.00755081, UNIT, (0.005, 0.03), OURS),
    _c("breach", "Share of trust that one breach takes.", "share", 0.483982, UNIT, (0.2, 0.6),
       "Direction: Slovic 1993"),
    _c("memory_growth", "Share of what is known that one round of reflection on use, all of it written down, adds.",
       "share a month", 0.216999, RATE, (0.1, 0.6),
       "No figure touches it; years to write an innovation down, not months"),
    _c("memory_retention", "Codified memory kept from month to month.", "share a month", 0.992757, UNIT, (0.97, 0.995),
       "Argote 1990, Benkard 2000, Thompson 2007, scaled to this sector's turnover", "literature"),
    _c("memory_transfer", "Share of what the organisation remembers that a newcomer takes in.", "share", 0.512849, UNIT,
       (0.2, 0.7), OURS),
    _c("fit_pace", "Pace of tailoring under full reflection and participation, and of obstacles forming and clearing.",
       "share a month", 0.0696784, RATE, (0.04, 0.15), OURS),
    _c("drift_pace", "Pace at which practice drifts from need without reflection.", "share a month", 0.00562234, UNIT,
       (0.002, 0.012), OURS),
    _c("dilution", "Active ingredients lost when everything is tailored.", "share", 0.5, UNIT, (0.3, 0.9), "Paper 4.2",
       "paper"),
)  # fmt: skip
"""Every coefficient of the dynamics."""

MECHANISMS: tuple[Input, ...] = tuple(
    replace(
        Input(
            name,
            meaning,
            SWITCH,
            1.0,
            0.0,
            1.0,
            None,
            None,
            0.0,
            1.0,
            "Negative controls and limits",
            "assumed",
            whole=True,
        ),
        group="mechanisms",
    )
    for name, meaning in (
        ("contagion", "Colleagues influence each other."),
        ("turnover", "Practitioners leave and are replaced."),
        ("memory", "The organisation remembers, and newcomers learn from it."),
        ("strain", "Load turns into strain."),
        ("incidents", "Incidents happen and leave a scar."),
        ("leaders", "Leaders come, go and change their minds."),
        ("money", "What cannot be paid for is not done."),
        ("anticipation", "People invest in what they expect to last."),
    )
)
"""Switches that take one mechanism out, for negative controls and limits."""


def coefficients() -> Several[Input]:
    """Every coefficient of the dynamics."""
    return Several(COEFFICIENTS)


def free_coefficients() -> tuple[Input, ...]:
    """The coefficients that no measurement fixes: calibration may move them within their plausible range."""
    return tuple(c for c in COEFFICIENTS if c.grade in {"assumed", "literature"})
