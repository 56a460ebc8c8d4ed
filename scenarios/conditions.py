"""The paper's 18 conditional parameters in five clusters, and the other inputs of a scenario.

To add an input: add one `_input(...)` line to its condition; read it as `inputs.<name>` for one rule. Validation,
help, the reference page and the tests that every input acts follow from this file. "Paper 4.3" is a section of
Lefevre et al. (2025).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from conducive.scenarios.declaration import Condition, Grade, Input
from conducive.scenarios.short import Several

CENSUS = "DfE children's social work workforce census 2017-2025"
SHARE = (0.0, 1.0)


def _input(
    name: str,
    meaning: str,
    unit: str,
    default: float,
    bounds: tuple[float, float],
    ends: tuple[float, float] | None,
    plausible: tuple[float, float],
    source: str,
    grade: Grade,
    *,
    whole: bool = False,
) -> Input:
    """Declare an input: bounds are hard, ends are (barrier, facilitator), plausible is (low, high)."""
    barrier, facilitator = ends or (None, None)
    return Input(name, meaning, unit, default, *bounds, barrier, facilitator, *plausible, source, grade, whole)


def _group(name: str, *inputs: Input) -> tuple[Input, ...]:
    """Give every input of a group the group's name."""
    return tuple(replace(i, group=name) for i in inputs)


def _condition(
    name: str,
    cluster: str,
    title: str,
    meaning: str,
    *,
    facilitator: str,
    barrier: str,
    acts_through: str,
    paper: str,
    inputs: tuple[Input, ...],
) -> Condition:
    return Condition(name, cluster, title, meaning, facilitator, barrier, acts_through, paper, _group(name, *inputs))


CONDITIONS: tuple[Condition, ...] = (
    # ---- Mobilisers ------------------------------------------------------------------------------------------------
    _condition(
        "vision_and_values",
        "mobilisers",
        "Vision and values",
        "Whether people share a clear picture of the change, and whether it sits well with how they see the work.",
        facilitator="a clear vision resting on principles that people share",
        barrier="priorities and perspectives that pull apart",
        acts_through="how far a leader's message persuades; dissonance with staff values blocks willingness",
        paper="4.1",
        inputs=(
            _input("shared_vision", "How clear and shared the leaders' vision of the change is.", "share", 0.5, SHARE,
                   (0.1, 0.9), (0.2, 0.8), "Paper 4.1", "paper"),
            _input("value_alignment", "How well the innovation sits with the values of staff.", "share", 0.6, SHARE,
                   (0.2, 0.95), (0.3, 0.9), "Paper 4.1", "paper"),
        ),
    ),
    _condition(
        "motivations",
        "mobilisers",
        "Motivations",
        "Why the organisation innovates: to better families' lives, or because of a crisis or the money.",
        facilitator="wanting the change that families need",
        barrier="a crisis or a funding opportunity drives it",
        acts_through="conviction at the start and whether it lasts; crisis-driven shake-up adds fatigue",
        paper="4.1",
        inputs=(
            _input("outcome_motivation",
                   "Share of the drive that comes from outcomes for families; the rest comes from crisis or "
                   "finance.", "share", 0.6, SHARE, (0.15, 0.95), (0.3, 0.9), "Paper 4.1", "paper"),
        ),
    ),
    _condition(
        "case_for_change",
        "mobilisers",
        "The case for change",
        "Whether there is a credible account of how the innovation would reach its goals, and data to back it.",
        facilitator="a realistic proposition that wins buy-in",
        barrier="an inadequate theory of change",
        acts_through="buy-in of leaders and partners at launch; how long funders and leaders will wait for results",
        paper="4.1",
        inputs=(
            _input("theory_of_change", "Strength of the theory of change and of the data behind it.", "share", 0.5,
                   SHARE,
                   (0.1, 0.9), (0.2, 0.8), "Paper 4.1", "paper"),
        ),
    ),
    # ---- Design and implementation ---------------------------------------------------------------------------------
    _condition(
        "fit",
        "design_and_implementation",
        "Degree of fit",
        "How well the innovation suits this place's principles, systems and rules.",
        facilitator="it suits the place, its systems and the moment",
        barrier="it does not work here, politically or practically",
        acts_through="effort of use, obstacles met, lapse, and what local tailoring can still gain",
        paper="4.2",
        inputs=(
            _input("initial_fit", "Fit with local systems, rules and needs at launch.", "share", 0.55, SHARE,
                   (0.25, 0.85), (0.35, 0.75), "Paper 4.2", "paper"),
        ),
    ),
    _condition(
        "innovation_design",
        "design_and_implementation",
        "Innovation design",
        "What the innovation asks of people: how clear, how different, how packaged, how much extra work.",
        facilitator="a design that can be done and is shaped for the place",
        barrier="nobody is sure what it involves or requires",
        acts_through="training, fidelity, workload, time to embed; a manual speeds training and narrows tailoring",
        paper="4.2",
        inputs=(
            _input("clarity", "How clear it is what the innovation requires of a worker.", "share", 0.6, SHARE,
                   (0.2, 0.9), (0.35, 0.85), "Paper 4.2", "paper"),
            _input("radicalness", "How far it departs from present practice and structures.", "share", 0.4, SHARE,
                   (0.9, 0.1), (0.2, 0.7), "Paper 2, 4.3", "paper"),
            _input("manualised", "How far it comes as a package with tools and a manual.", "share", 0.5, SHARE,
                   (0.1, 0.7), (0.2, 0.8), "Paper 4.3", "paper"),
            _input("added_work", "Extra work for each person using it, until it is habit.", "hours a week", 2.0,
                   (0.0, 20.0),
                   (6.0, 0.0), (0.5, 4.0), "Paper 4.1; no measured figure found", "assumed"),
        ),
    ),
    _condition(
        "coproduction",
        "design_and_implementation",
        "Coproduction",
        "Whether families shape the innovation, whether that is paid for, and whether what they say is acted on.",
        facilitator="families take part, and their part is planned and paid for",
        barrier="families' time and voice are not planned in",
        acts_through="family voice raises fit and reaches hearts and minds; ambition without budget burdens families",
        paper="4.2",
        inputs=(
            _input("coproduction_budget", "Share of the grant spent on coproduction with families.",
                   "share of the grant", 0.04,
                   (0.0, 0.5), (0.0, 0.15), (0.0, 0.12), "Paper 4.2, 7; no measured figure found", "assumed"),
            _input("participation_depth", "Ambition of participation, from tokenistic (0) to creative and shared (1).",
                   "share", 0.4,
                   SHARE, (0.2, 0.9), (0.2, 0.8), "Paper 4.2", "paper"),
            _input("acted_on", "Share of what families say that is acted on.", "share", 0.5, SHARE,
                   (0.1, 0.9), (0.2, 0.8), "Paper 4.2", "paper"),
        ),
    ),
    _condition(
        "implementation_process",
        "design_and_implementation",
        "Implementation process",
        "Who does the work of putting the innovation in place, and whether data steer it.",
        facilitator="a well-planned, reflexive and data-informed process",
        barrier="systems cannot give the data for planning and evaluation",
        acts_through="training throughput, removal of obstacles, evidence; otherwise it is done on top of the day job",
        paper="4.2",
        inputs=(
            _input("implementation_staff", "Implementation work provided for.", "FTE per 100 posts", 1.5, (0.0, 20.0),
                   (0.2, 3.5), (0.5, 3.0), "Paper 4.2; Saldana 2012", "assumed"),
            _input("data_capability", "How far systems give the data needed to plan and evaluate.", "share", 0.5, SHARE,
                   (0.1, 0.9), (0.2, 0.8), "Paper 4.2", "paper"),
            _input("on_day_job",
                   "Share of the implementation work that practitioners must do on top of their day job.", "share", 0.4,
                   SHARE, (0.9, 0.1), (0.2, 0.8), "Paper 4.2", "paper"),
        ),
    ),
    # ---- Capability ------------------------------------------------------------------------------------------------
    _condition(
        "workforce_capacity",
        "capability",
        "Workforce capacity",
        "Whether there are enough people, and whether they stay.",
        facilitator="a sufficient, stable workforce",
        barrier="no time for anything new, and knowledge that goes with leavers",
        acts_through="leaving, vacancies, agency cover, caseload, and so strain and time to learn",
        paper="4.3",
        inputs=(
            _input("turnover", "Permanent leavers in a year as a share of permanent staff, under default conditions.",
                   "per year", 0.118,
                   (0.0, 0.6), (0.28, 0.08), (0.08, 0.25), CENSUS, "measured"),
            _input("time_to_fill", "Mean time until a vacant post has a permanent holder.", "months", 16.8, (0.5, 60.0),
                   (30.0, 5.0), (5.0, 30.0), f"{CENSUS}: from vacancy rate and turnover", "measured"),
            _input("agency_cover", "Share of vacancies covered by agency workers.", "share of vacancies", 0.736, SHARE,
                   (0.5, 0.9), (0.5, 0.95), CENSUS, "measured"),
            _input("agency_extra", "Agency workers above the establishment, as a share of posts.", "share of posts",
                   0.024, (0.0, 0.5),
                   (0.08, 0.0), (0.0, 0.1), CENSUS, "measured"),
            _input("caseload", "Cases per case-holding worker at usual staffing.", "cases", 15.2, (5.0, 40.0),
                   (22.0, 12.0), (12.3, 19.2), CENSUS, "measured"),
        ),
    ),
    _condition(
        "knowledge_and_skills",
        "capability",
        "Knowledge and skills",
        "How people learn the innovation and how that learning is kept alive.",
        facilitator="staff have the skills the work asks for",
        barrier="staff cannot turn the model into practice",
        acts_through="skill gained, the step from trained to trying, and what prevents drop-off",
        paper="4.3",
        inputs=(
            _input("training_days", "Length of initial training.", "days", 4.0, (0.0, 40.0),
                   (1.0, 8.0), (2.0, 8.0), "Paper 4.3; SafeCare and similar programmes", "assumed"),
            _input("interactive_training", "Share of training that is hands-on practice, not lecture.", "share", 0.5,
                   SHARE,
                   (0.1, 0.9), (0.2, 0.9), "Paper 4.3; Joyce & Showers 2002", "paper"),
            _input("coaching", "Coaching that each person trained takes up.", "hours a month", 0.5, (0.0, 20.0),
                   (0.0, 4.0), (0.25, 4.0), "Paper 4.3; Forrester et al. 2008 (take-up low), 2018 (15 sessions)",
                   "assumed"),
            _input("refresher_interval", "Time between refresher courses.", "months", 18.0, (1.0, 240.0),
                   (60.0, 6.0), (6.0, 48.0), "Paper 4.3", "assumed"),
            _input("feedback", "How far practice is observed, monitored and fed back.", "share", 0.2, SHARE,
                   (0.0, 0.9), (0.1, 0.8), "Paper 4.3; Aarons et al. 2009", "paper"),
            _input("induction",
                   "Share of new starters who are handed the post's practice in full before they take cases.", "share",
                   0.1,
                   SHARE, (0.0, 0.5), (0.0, 0.4), "Paper 4.3", "assumed"),
        ),
    ),
    _condition(
        "finance",
        "capability",
        "Finance",
        "How much money there is, for how long, for which stage, and who takes it on afterwards.",
        facilitator="enough money for every stage of the innovation",
        barrier="no protected money to grow and to last",
        acts_through="what can be paid for and when it stops; chasing it drains leaders; a cliff stops effort early",
        paper="4.3",
        inputs=(
            _input("funding_term", "How long the external grant runs.", "months", 24.0, (0.0, 240.0),
                   (12.0, 72.0), (12.0, 72.0), "Paper 4.3 (12 and 24 months); DfE Innovation Programme rounds",
                   "paper", whole=True),
            _input("grant", "External grant.", "GBP a year", 600_000.0, (0.0, 100_000_000.0),
                   (200_000.0, 1_200_000.0), (300_000.0, 1_200_000.0),
                   "PAC 2022: GBP 212.8m to 94 projects; scaled to case-holders",
                   "measured"),
            _input("ring_fenced", "How far the money is protected from other calls.", "share", 0.7, SHARE,
                   (0.0, 1.0), (0.3, 1.0), "Paper 4.3", "paper"),
            _input("embedding_share", "Share of the grant that may be spent on embedding rather than start-up.",
                   "share of the grant", 0.55,
                   SHARE, (0.2, 0.75), (0.3, 0.75), "Paper 4.3", "assumed"),
            _input("mainstreaming",
                   "Most of the running cost that the council could take on when external money ends; whether it does "
                   "is its decision, on evidence against cost, ownership and families' voice.",
                   "share", 0.5, SHARE,
                   (0.0, 0.95), (0.0, 0.9), "Paper 4.3", "paper"),
            _input("renewal", "Chance that a funder content with the evidence renews the grant for another term.",
                   "share", 0.0, SHARE,
                   (0.0, 0.8), (0.0, 0.5), "Paper 4.3; 10 of 57 projects were continued into round 2", "assumed"),
            _input("review_month",
                   "Month after launch at which the funder reviews and may stop; 0 means no review before the end.",
                   "months", 0.0, (0.0, 240.0), (12.0, 48.0), (0.0, 36.0), "Paper 4.3", "assumed", whole=True),
        ),
    ),
    _condition(
        "leadership",
        "capability",
        "Leadership",
        "Whether leaders are stable, supportive, and hand the innovation on when they go.",
        facilitator="strategic, skilled, stable and supportive leadership",
        barrier="leaders come and go, and ownership of the vision with them",
        acts_through="commitment and follow-through, pace of trust in leaders, push; succession dissipates ownership",
        paper="4.3",
        inputs=(
            _input("leader_tenure", "Mean time a senior leader stays in post.", "months", 33.0, (1.0, 480.0),
                   (18.0, 72.0), (18.0, 60.0), "ADCS 2024: 33 months; paper 4.3: 18-36 months", "measured"),
            _input("support_style", "How relational and supportive leaders are.", "share", 0.5, SHARE,
                   (0.1, 0.9), (0.2, 0.8), "Paper 4.3; Aarons et al. 2016", "paper"),
            _input("succession_continuity", "Share of commitment that a successor takes over.", "share", 0.4, SHARE,
                   (0.1, 0.9), (0.1, 0.8), "Paper 4.3", "assumed"),
            _input("push", "How hard management pushes people to use the innovation.", "share", 0.5, SHARE,
                   (0.1, 0.8), (0.2, 0.8), "Paper 4.2, 4.4; Repenning 2002", "assumed"),
        ),
    ),
    # ---- Culture ---------------------------------------------------------------------------------------------------
    _condition(
        "collaboration",
        "culture",
        "Collaboration and participation",
        "Whether staff and partners have a hand in the change or have it done to them.",
        facilitator="collaborative, participatory practice within and across organisations",
        barrier="values that clash and change handed down",
        acts_through="belief and fit grow from ideas of staff; push erodes goodwill; partners remove obstacles",
        paper="4.4",
        inputs=(
            _input("staff_participation", "How far staff take part in shaping the change.", "share", 0.45, SHARE,
                   (0.1, 0.9), (0.2, 0.8), "Paper 4.4", "paper"),
            _input("partner_collaboration", "How far partner organisations work with the service.", "share", 0.45,
                   SHARE,
                   (0.1, 0.9), (0.2, 0.8), "Paper 4.4", "paper"),
        ),
    ),
    _condition(
        "attitudes",
        "culture",
        "Attitudes",
        "Openness to risk and uncertainty, or fatigue, silos and resistance.",
        facilitator="people at ease with risk and with not knowing",
        barrier="worn-out, wary staff who keep to their own corner",
        acts_through="threshold for trying; fatigue from too many changes; ties across teams",
        paper="4.4",
        inputs=(
            _input("openness", "Mean openness of staff to new practice.", "share", 0.5, SHARE,
                   (0.15, 0.85), (0.3, 0.7), "Paper 4.4", "paper"),
            _input("concurrent_initiatives",
                   "Number of change initiatives running at the same time, this one included.", "initiatives", 2.0,
                   (1.0, 20.0), (8.0, 1.0), (1.0, 5.0), "Paper 4.3, 4.4; Horwitz et al. 2014", "assumed"),
            _input("silo", "Share of ties across teams that silo-thinking removes.", "share", 0.4, SHARE,
                   (0.9, 0.1), (0.2, 0.7), "Paper 4.4", "paper"),
        ),
    ),
    _condition(
        "trust_emotions_relationships",
        "culture",
        "Trust, emotions and relationships",
        "Whether anxiety is contained, mistakes are survivable, and people trust each other and their managers.",
        facilitator="trust between peers and between levels",
        barrier="a blame culture in which emotions are not contained",
        acts_through="personal cost of failure, strain, what an incident does and how long it echoes, first trust",
        paper="4.4",
        inputs=(
            _input("blame_culture", "How far failure is met with blame of the person.", "share", 0.45, SHARE,
                   (0.9, 0.1), (0.2, 0.7), "Paper 4.4", "paper"),
            _input("containment", "How well supervision contains anxiety.", "share", 0.5, SHARE,
                   (0.1, 0.9), (0.2, 0.8), "Paper 4.4, 5; BASW 2018: most have under an hour of reflection a week",
                   "paper"),
            _input("initial_trust", "First-impression trust of a newcomer, in peers and in managers.", "share", 0.5,
                   SHARE,
                   (0.25, 0.75), (0.3, 0.7), "Paper 4.4", "assumed"),
        ),
    ),
    _condition(
        "learning_and_evaluation",
        "culture",
        "Learning and evaluation",
        "Whether the organisation stops to reflect, writes down what it learns, and can bear to hear of failure.",
        facilitator="a learning culture",
        barrier="no loop back from practice, and no room to fail",
        acts_through="tailoring of the innovation, codified memory, and how much of what happened is reported",
        paper="4.4",
        inputs=(
            _input("reflection_interval", "Time between rounds of structured reflection.", "months", 4.0, (0.25, 120.0),
                   (24.0, 1.0), (1.0, 12.0), "Paper 4.2, 4.4", "assumed"),
            _input("codification", "Share of what is learned that is written down and kept.", "share", 0.4, SHARE,
                   (0.05, 0.9), (0.1, 0.8), "Paper 4.2", "paper"),
            _input("failure_tolerance", "Share of what goes wrong that can be reported.", "share", 0.4, SHARE,
                   (0.05, 0.9), (0.1, 0.8), "Paper 4.1, 4.2", "paper"),
        ),
    ),
    # ---- Macro context ---------------------------------------------------------------------------------------------
    _condition(
        "regulatory_conditions",
        "macro",
        "Professional and regulatory conditions",
        "How much time procedure takes, and how much room the rules leave.",
        facilitator="systems that permit and flex",
        barrier="overly bureaucratised systems",
        acts_through="time left for practice; room to tailor",
        paper="4.5",
        inputs=(
            _input("bureaucracy", "Share of working time that goes to recording and procedure.", "share of time", 0.5,
                   (0.0, 0.9),
                   (0.58, 0.42), (0.4, 0.6), "BASW 2018: 29 of 45 hours at the computer (self-selected)", "literature"),
            _input("permissiveness", "How much room regulation leaves to adapt practice.", "share", 0.5, SHARE,
                   (0.1, 0.9), (0.2, 0.8), "Paper 4.5", "paper"),
        ),
    ),
    _condition(
        "political_agendas",
        "macro",
        "Political and policy agendas",
        "Whether policy holds still, whether budgets shrink, and how much speed counts.",
        facilitator="a well-resourced, politically supported sector",
        barrier="short-termism and marketisation",
        acts_through="commitment of leaders and funders, council budget; quick wins beat slow gains",
        paper="4.5",
        inputs=(
            _input("policy_stability", "Expected time between shifts of policy.", "years", 3.0, (0.1, 50.0),
                   (1.0, 8.0), (1.0, 8.0), "10 children's ministers in the decade to 2023; local politics slower",
                   "literature"),
            _input("budget_trend", "Real change of the council's budget.", "% a year", -1.0, (-30.0, 30.0),
                   (-5.0, 2.0), (-4.0, 2.0), "Pro Bono Economics: early-intervention spending -42% over 13 years",
                   "literature"),
            _input("marketisation", "Weight of speed and competition in decisions on money.", "share", 0.5, SHARE,
                   (0.9, 0.1), (0.2, 0.8), "Paper 4.5", "paper"),
        ),
    ),
    _condition(
        "public_perceptions",
        "macro",
        "Public perceptions",
        "How hostile the media are, and how often a serious incident becomes public.",
        facilitator="a public and media that think well of the work",
        barrier="a hostile public, and caution that follows from it",
        acts_through="how far one incident reaches and how long it echoes",
        paper="4.5",
        inputs=(
            _input("media_hostility", "Perceived hostility of media and public.", "share", 0.5, SHARE,
                   (0.95, 0.1), (0.2, 0.9), "Paper 4.5; Social Work England 2023, 2024", "paper"),
            _input("incident_rate", "Serious incidents that become public.", "per 10,000 cases a year", 0.5, (0.0,
                   200.0),
                   (2.0, 0.1), (0.1, 2.0), "About 11 serious notifications per 10,000 cases a year; few become public",
                   "assumed"),
        ),
    ),
)  # fmt: skip

OTHER_INPUTS: tuple[Input, ...] = (
    *_group(
        "innovation",
        _input("potential", "What faithful use does for a family, at full fit.", "share", 0.6, SHARE, None, (0.2, 0.9),
               "No English effect size found", "assumed"),
        _input("effect_lag", "Time before the effect of use shows.", "months", 9.0, (0.0, 120.0), None, (3.0, 36.0),
               "Paper 4.3", "assumed", whole=True),
        _input("adaptation", "How much of it may be tailored to the place.", "share", 0.4, SHARE, None, (0.1, 0.8),
               "Paper 4.2", "paper"),
        _input("context_distance", "How far this place is from where it was developed.", "share", 0.35, SHARE, None,
               (0.1, 0.8),
               "Paper 4.2", "paper"),
        _input("start_up_cost", "Design, licences and first materials.", "GBP", 100_000.0, (0.0, 100_000_000.0), None,
               (30_000.0, 400_000.0), "No published breakdown found", "assumed"),
        _input("running_cost", "Fixed cost of keeping it going: coordinator, licence.", "GBP a year", 120_000.0, (0.0,
               100_000_000.0),
               None, (50_000.0, 300_000.0), "No published breakdown found", "assumed"),
    ),
    *_group(
        "costs",
        _input("training_day", "Cost of a training day: trainer, room, cover.", "GBP", 300.0, (0.0, 100_000.0), None,
               (150.0, 500.0),
               "No published breakdown found", "assumed"),
        _input("coaching_hour", "Cost of an hour of coaching.", "GBP", 60.0, (0.0, 100_000.0), None, (40.0, 100.0),
               "No published breakdown found", "assumed"),
        _input("implementation_salary", "Cost of a full-time implementation worker.", "GBP a year", 55_000.0, (0.0,
               10_000_000.0), None,
               (45_000.0, 65_000.0), "Local government senior practitioner scale with on-costs", "literature"),
        _input("per_user", "Running cost for each person using it: materials, cover for added work.", "GBP a year",
               900.0,
               (0.0, 1_000_000.0), None, (300.0, 2000.0), "No published breakdown found", "assumed"),
        _input("backfill", "Share of the added work that paid cover takes off users.", "share", 0.6, SHARE, None, (0.3,
               0.9),
               "No measured figure found", "assumed"),
        _input("coproduction_family", "Cost of full coproduction for each family on the books.", "GBP a year", 30.0,
               (0.0, 100_000.0),
               None, (10.0, 80.0), "No published breakdown found", "assumed"),
        _input("start_up_months", "Time over which start-up cost falls; full coproduction delays training by as long.",
               "months", 9.0,
               (1.0, 120.0), None, (6.0, 18.0), "No measured figure found", "assumed"),
    ),
    *_group(
        "funder",
        _input("patience", "Time before the funder expects to see full results.", "months", 36.0, (1.0, 240.0), None,
               (12.0, 60.0),
               "Paper 4.3, 4.5", "assumed"),
    ),
    *_group(
        "organisation",
        _input("posts", "Establishment of case-holding posts.", "posts", 144.0, (1.0, 5000.0), None, (40.0, 450.0),
               f"{CENSUS}: average authority 2025", "measured", whole=True),
        _input("families", "Number of families followed one by one; each stands for an equal share of the cases.",
               "families", 2156.0,
               (1.0, 200_000.0), None, (300.0, 6000.0), f"{CENSUS}: average authority 2025", "measured", whole=True),
        _input("inspection_grade",
               "Inspection grade at the start: 1 outstanding, 2 good, 3 requires improvement, 4 inadequate.", "grade",
               2.0, (1.0, 4.0), None, (1.0, 4.0), "Ofsted, 31 March 2025: 44% good", "measured", whole=True),
        _input("sustained_share",
               "Share of its level at the end of external money that use at fidelity must keep to count as sustained.",
               "share of that level", 0.5,
               (0.01, 1.0), None, (0.3, 0.8), "Scheirer 2005, Wiltsey Stirman 2012: partial continuation is the rule",
               "literature"),
        _input("ended_below", "Use below which an innovation has ended.", "share of filled posts", 0.1,
               (0.0, 1.0), None, (0.05, 0.2), "Our reading of an innovation that is not operating (Tibbits 2010)",
               "literature"),
        _input("kept_from", "Share of its level at the end of external money from which use counts as kept.",
               "share of that level", 0.9,
               (0.0, 2.0), None, (0.8, 1.0), "Tibbits 2010: operating at the same level or more", "literature"),
        _input("place_share", "Share of the lasting differences between people that lies between organisations.",
               "share of variance", 0.15,
               SHARE, None, (0.03, 0.3), "Dopp et al. 2023: intraclass correlation .03-.16 and .28-.32 of staff "
               "certified, net of chance", "literature"),
        _input("faithful_at", "Fidelity from which use counts as use at fidelity.", "share", 0.5, SHARE, None, (0.4,
               0.6),
               "Analyst's choice, fixed before the model was run", "assumed"),
    ),
    _input("warm_up", "Months before launch in which workforce, caseloads, trust and strain settle.", "months", 36.0,
           (0.0, 240.0),
           None, (24.0, 60.0), "Model design", "assumed", whole=True),
    _input("horizon", "Months simulated after launch.", "months", 120.0, (1.0, 600.0), None, (60.0, 180.0),
           "Paper 4.3: radical change takes 120-180 months", "paper", whole=True),
)  # fmt: skip

CLUSTERS: tuple[str, ...] = tuple(dict.fromkeys(c.cluster for c in CONDITIONS))


def conditions() -> Several[Condition]:
    """The 18 conditions in the paper's order."""
    return Several(CONDITIONS)


def inputs() -> tuple[Input, ...]:
    """Every input of a scenario: those of the 18 conditions, then the others."""
    return tuple(i for c in CONDITIONS for i in c.inputs) + OTHER_INPUTS


def positions(cluster: str, position: float, but: Iterable[str] = ()) -> dict[str, object]:
    """Every condition of a cluster at a position, but some."""
    return {c.name: position for c in conditions() if c.cluster == cluster and c.name not in but}
