"""What can be chosen in the game, declared once as data: roles, happenings, decisions and what each option changes.

An option says nothing of what will come of it: it sets inputs, or adds to them, or brings a dated event, and the model
does the rest. `tests/experiments/test_game_levels.py` holds that no option is always best or always worst.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

ROUNDS, MONTHS = 8, 6
"""Rounds of a game, and months of each."""
SERVICE = "classroom"
"""Scenario of the library that everybody begins with."""
SEED = 55
"""Luck of a game where no other is asked for: a middling one, in which only what is planned happens to leaders."""
CARRY_ON = "carry-on"
"""The option that every decision has: what was chosen before stays, or what was planned at launch."""
NOTHING: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody whose choices shape the service: who they are, in a sentence."""

    name: str
    title: str
    who: str


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be chosen.

    Attributes:
        name: what files and pages call it.
        words: what is done.
        price: what it costs, or who bears it.
        sets: values that inputs take as long as it stands.
        adds: what comes on top of inputs as long as it stands, whoever set them.
        event: an event in the round's first month, and its details.

    """

    name: str
    words: str
    price: str
    sets: Mapping[str, float] = NOTHING
    adds: Mapping[str, float] = NOTHING
    event: tuple[str, Mapping[str, object]] | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a role is asked, in which rounds; two options beside carrying on; what the paper says of it, and where."""

    name: str
    role: str
    rounds: tuple[int, ...]
    ask: str
    options: tuple[Option, ...]
    paper: str
    section: str

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all that can be chosen, carrying on last."""
        return (*(option.name for option in self.options), CARRY_ON)


@dataclass(frozen=True, slots=True)
class Happening:
    """What comes to every service in a month, whatever is chosen: an event, and the word that goes before it."""

    month: int
    event: str
    label: str
    warning: str
    paper: str
    section: str
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def known_in(self) -> int:
        """Round in which it is known that it comes: the one that begins with it."""
        return (self.month - 1) // MONTHS + 1


ROLES = (
    Role("director", "Director", "You answer for the whole service, to councillors, inspectors and the press."),
    Role("manager", "Team manager", "You supervise one team, and say how people learn and what their time is for."),
    Role("funder", "Funder", "You pay for two years. You see what you are told, and what it costs."),
    Role("practitioners", "Practitioners", "You do the work with families, and would have to do it differently."),
    Role("families", "Families", "It is your lives that it is meant to help. You may be asked, heard, or neither."),
)  # fmt: skip

HAPPENINGS = (
    Happening(
        13,
        "incident",
        "incident",
        "A child known to the service has been gravely harmed. It will be in the papers this month.",
        "After an incident that is met with blame people stay wary for years, even those who were not there.",
        "4.4, 4.5",
    ),
    Happening(
        31,
        "leader_leaves",
        "director leaves",
        "The director goes this month. Somebody will stand in, and then somebody new will come.",
        "Leaders stay a few years. What they stood for goes with them unless it is handed over or carries itself.",
        "4.3",
    ),
)

DECISIONS = (
    # ---- Director --------------------------------------------------------------------------------------------------
    Decision(
        "families-pay", "director", (1, 5), "Families could help to shape this. What is their part worth to you?",
        (
            Option("pay", "Pay families for their time, and for somebody to support them.",
                   "About an eighth of the grant, which then trains and coaches nobody.",
                   sets={"coproduction.coproduction_budget": 0.12}),
            Option("ask-only", "Ask families what they think. It costs nothing to ask.",
                   "Whoever takes part pays with their own time.",
                   sets={"coproduction.coproduction_budget": 0.0}),
        ),
        "Taking families seriously takes money that is seldom planned for; asking alone leaves them with the cost.",
        "4.2",
    ),
    Decision(
        "drive", "director", (2, 6, 8), "How do you lead this change?",
        (
            Option("push", "Say that this is how we work here now: targets, reminders, names on a list.",
                   "What is imposed wears people out.",
                   sets={"leadership.push": 0.85}),
            Option("listen", "Ask the teams how it should be done, and let them decide the pace.",
                   "Some will decide not to begin yet.",
                   sets={"leadership.push": 0.15, "collaboration.staff_participation": 0.75}),
        ),
        "Taking part in shaping a change builds commitment; having no choice erodes goodwill.",
        "4.4",
    ),
    Decision(
        "incident", "director", (3,), "The press is at the door. What do you say?",
        (
            Option("own", "It was ours, all of us. We shall learn from it in the open, team by team.",
                   "Learning reviews take everybody's time, and the press has nobody's name.",
                   sets={"trust_emotions_relationships.blame_culture": 0.25,
                         "public_perceptions.media_hostility": 0.75},
                   adds={"regulatory_conditions.bureaucracy": 0.02}),
            Option("blame", "We shall find out who is responsible, and act.",
                   "The papers move on. Your staff have seen what happens to somebody who errs.",
                   sets={"trust_emotions_relationships.blame_culture": 0.6,
                         "public_perceptions.media_hostility": 0.15}),
        ),
        "Where mistakes cost a person's name, people keep to what is known; containing leaders make it safe to try.",
        "4.4, 5",
    ),
    Decision(
        "report", "director", (2, 4), "The funder asks how it is going. What does your answer leave out?",
        (
            Option("honest", "Nothing: what works, what does not, and what we changed.",
                   "What does not work is now in writing, before anybody decides on money.",
                   sets={"learning_and_evaluation.failure_tolerance": 0.8}),
            Option("rosy", "Whatever would worry them.",
                   "What nobody may say, nobody can mend.",
                   sets={"learning_and_evaluation.failure_tolerance": 0.1}),
        ),
        "Where failure is not an option it is buried, and nobody learns from it.",
        "4.1, 4.4",
    ),
    Decision(
        "future", "director", (4,), "The grant ends with this half-year. Where does the money come from then?",
        (
            Option("bid", "Write a bid for one more year.",
                   "Whoever writes it is not with the teams, and it may be refused.",
                   sets={"finance.renewal": 0.5, "finance.funding_term": 12.0},
                   adds={"implementation_process.implementation_staff": -0.9}),
            Option("bind", "Have the council sign now for two fifths of the running cost.",
                   "It is certain, and it will be no more than that.",
                   event=("council_decides", {"share": 0.4})),
        ),
        "Short grants end as the work of embedding begins; chasing the next one saps those who should embed.",
        "4.3",
    ),
    Decision(
        "handover", "director", (5,), "You will leave at the end of this half-year. What do you do with it?",
        (
            Option("hand-over", "Hand over: bring your deputy into everything, and stand back.",
                   "Your deputy is the one who was helping the teams to begin.",
                   sets={"leadership.succession_continuity": 0.8},
                   adds={"implementation_process.implementation_staff": -0.3}),
            Option("make-a-mark", "Make your mark while you can: one more big day, and one more project.",
                   "One more thing for everybody to do.",
                   sets={"vision_and_values.shared_vision": 0.9},
                   adds={"attitudes.concurrent_initiatives": 0.25}),
        ),
        "Ownership dissipates with a change of leaders unless it is handed on.",
        "4.3",
    ),
    Decision(
        "council", "director", (7,), "The council sets its budget. What do you bring to the meeting?",
        (
            Option("visit", "Councillors: they spend a day with families and practitioners before they vote.",
                   "Teams lose working time to visits.",
                   sets={"finance.mainstreaming": 0.75},
                   adds={"regulatory_conditions.bureaucracy": 0.015}),
            Option("restructure", "A plan to reorganise the whole service around it, which is what they like to hear.",
                   "Everybody has a new structure to get used to.",
                   sets={"finance.mainstreaming": 0.9},
                   adds={"attitudes.concurrent_initiatives": 2.0}),
        ),
        "Those who hold the money like what is quick and large better than what is slow and steady.",
        "4.5",
    ),
    # ---- Team manager ----------------------------------------------------------------------------------------------
    Decision(
        "skills", "manager", (1, 4, 7), "People have to learn it. How?",
        (
            Option("coach", "A short course of hands-on practice, then a coach by their side every week.",
                   "Coaching costs money every month, for everybody who has been trained.",
                   sets={"knowledge_and_skills.coaching": 3.0, "knowledge_and_skills.interactive_training": 0.85,
                         "knowledge_and_skills.training_days": 3.0}),
            Option("train", "Two days on a course, everybody in turn, and then they know it.",
                   "Soon done, and hardly anybody to ask afterwards.",
                   sets={"knowledge_and_skills.coaching": 0.1, "knowledge_and_skills.training_days": 2.0}),
        ),
        "Practice by doing beats lectures, and what is learned drops off unless it is reinforced.",
        "4.3",
    ),
    Decision(
        "supervision", "manager", (2, 5, 8), "You have one hour with each of them. What is it for?",
        (
            Option("contain", "The families that keep them awake, and how they are themselves.",
                   "Nobody looks at how the new practice is done.",
                   sets={"trust_emotions_relationships.containment": 0.8, "knowledge_and_skills.feedback": 0.05}),
            Option("observe", "Watching how they do it, and saying what you saw.",
                   "What they carry home, they carry home.",
                   sets={"trust_emotions_relationships.containment": 0.35, "knowledge_and_skills.feedback": 0.75}),
        ),
        "Supervision can contain anxiety, and it can reinforce a practice: both are wanted, and time is one.",
        "4.3, 5",
    ),
    Decision(
        "time", "manager", (3, 6), "They say that there is no time for it. What goes?",
        (
            Option("stop-a-project", "The other project: we do one new thing at a time.",
                   "It was the one that partner organisations cared for.",
                   sets={"attitudes.concurrent_initiatives": 1.0},
                   adds={"collaboration.partner_collaboration": -0.25}),
            Option("record-less", "A third of the recording.",
                   "Whoever wants to know later whether it worked will find little.",
                   sets={"regulatory_conditions.bureaucracy": 0.46, "implementation_process.data_capability": 0.25}),
        ),
        "People can take in only so many new ideas, roles and tasks if they are to see one of them through.",
        "4.3, 4.4",
    ),
    # ---- Funder ----------------------------------------------------------------------------------------------------
    Decision(
        "asks", "funder", (1, 5), "What do you want to see, and by when?",
        (
            Option("returns", "Numbers every quarter, and results within two years.",
                   "Somebody has to gather them.",
                   sets={"funder.patience": 24.0, "implementation_process.data_capability": 0.75},
                   adds={"regulatory_conditions.bureaucracy": 0.02}),
            Option("stories", "What you learn, good or bad. Take four years.",
                   "For a long time you will have little to show to your own board.",
                   sets={"funder.patience": 48.0},
                   adds={"learning_and_evaluation.failure_tolerance": 0.25,
                         "implementation_process.data_capability": -0.15}),
        ),
        "What is expected by when is often out of step with how long real change takes.",
        "4.3, 4.5",
    ),
    Decision(
        "shape", "funder", (2,), "What may your money be spent on?",
        (
            Option("start", "Starting: courses and materials, so that many can begin soon.",
                   "Less for those who have begun.",
                   sets={"finance.embedding_share": 0.3}),
            Option("embed", "Embedding: coaches, cover and time for those who have begun.",
                   "Fewer can be trained.",
                   sets={"finance.embedding_share": 0.8}),
        ),
        "Money to start is easily found, and money to embed is seldom understood.",
        "4.3",
    ),
    Decision(
        "fence", "funder", (3, 6), "The council is short of money, and yours is in its account.",
        (
            Option("ring-fence", "Every pound is for this alone, and is to be accounted for.",
                   "Accounting takes time.",
                   sets={"finance.ring_fenced": 1.0},
                   adds={"regulatory_conditions.bureaucracy": 0.01}),
            Option("free-hand", "They know best. If some of it helps elsewhere, so be it.",
                   "Some of it will.",
                   sets={"finance.ring_fenced": 0.3},
                   adds={"finance.mainstreaming": 0.05}),
        ),
        "Money that is not protected goes to whatever is most urgent.",
        "4.3",
    ),
    Decision(
        "after", "funder", (4,), "Your two years end with this half-year. What do you offer?",
        (
            Option("contest", "Another year, for those who win a contest on quick results.",
                   "Whoever looks for quick results finds less in what grows slowly.",
                   sets={"political_agendas.marketisation": 0.8, "finance.funding_term": 12.0},
                   adds={"finance.renewal": 0.25}),
            Option("match", "Half of the last payments, so that the council sees to its own share in time.",
                   "There is less for this half-year.",
                   sets={"finance.mainstreaming": 0.75},
                   adds={"finance.grant": -83_000.0}),
        ),
        "A contest for short money favours what is quick and packaged over what is slow and grown here.",
        "4.3, 4.5, 5",
    ),
    Decision(
        "friends", "funder", (7, 8), "Your money has ended. What can you still do?",
        (
            Option("network", "Bring together all who do this, once a month.",
                   "One more meeting in everybody's diary.",
                   sets={"collaboration.partner_collaboration": 0.8},
                   adds={"attitudes.concurrent_initiatives": 0.5}),
            Option("evaluate", "Pay for an evaluation that everybody can read.",
                   "Forms to fill in, and findings that nobody can choose.",
                   sets={"implementation_process.data_capability": 0.85},
                   adds={"regulatory_conditions.bureaucracy": 0.01,
                         "learning_and_evaluation.failure_tolerance": 0.2}),
        ),
        "Partners bring reach and resources, and challenges of their own.",
        "4.4",
    ),
    # ---- Practitioners ---------------------------------------------------------------------------------------------
    Decision(
        "craft", "practitioners", (1, 4), "The manual says how. Your families are not those of the manual.",
        (
            Option("tailor", "We make it ours: keep what works here, and change the rest.",
                   "In the end it may be something else.",
                   sets={"innovation.adaptation": 0.5, "vision_and_values.value_alignment": 0.7}),
            Option("manual", "We do it as it is written, so that it is the thing that worked elsewhere.",
                   "What does not fit here goes on not fitting, and it is not how you see your work.",
                   sets={"innovation.adaptation": 0.2, "innovation_design.manualised": 0.7,
                         "vision_and_values.value_alignment": 0.5}),
        ),
        "A practice must fit the place, and it must stay what it is: flexibility within fidelity.",
        "4.2",
    ),
    Decision(
        "memory", "practitioners", (2, 5, 7), "Somebody who could do it has left. What of the next one?",
        (
            Option("write", "Write down what we have learned, case by case.",
                   "The writing is done after hours.",
                   sets={"learning_and_evaluation.codification": 0.85},
                   adds={"implementation_process.on_day_job": 0.25}),
            Option("sit-with", "Sit with whoever starts until they can do it.",
                   "Half an hour a week from everybody who uses it.",
                   sets={"knowledge_and_skills.induction": 0.4},
                   adds={"innovation_design.added_work": 0.5}),
        ),
        "What is kept only in people leaves with them.",
        "4.2, 4.3",
    ),
    Decision(
        "together", "practitioners", (3, 6, 8), "You have an afternoon a month to yourselves. How do you use it?",
        (
            Option("across", "Meet people of other teams, and see how they do it.",
                   "Work waits, and doubts travel as easily as ideas.",
                   sets={"attitudes.silo": 0.1},
                   adds={"regulatory_conditions.bureaucracy": 0.01}),
            Option("reflect", "Stop in your own team, and think about what you have seen.",
                   "Work waits, and the others do not hear of it.",
                   sets={"learning_and_evaluation.reflection_interval": 1.0, "attitudes.silo": 0.6},
                   adds={"regulatory_conditions.bureaucracy": 0.01}),
        ),
        "Loops of stopping and thinking let a practice adapt; silos keep what is learned in one corner.",
        "4.4",
    ),
    # ---- Families --------------------------------------------------------------------------------------------------
    Decision(
        "part", "families", (1, 3, 5, 7), "You are asked to take part. How far do you go?",
        (
            Option("create", "We design it with them, from the beginning.",
                   "Evenings, travel and old stories, paid or not. Courses begin later.",
                   sets={"coproduction.participation_depth": 0.85}),
            Option("comment", "We tell them what we think of their plans, and no more.",
                   "It will be their plan.",
                   sets={"coproduction.participation_depth": 0.15}),
        ),
        "Hearing families directly reaches hearts and minds as no report does.",
        "4.2",
    ),
    Decision(
        "voice", "families", (2, 4, 6, 8), "What do you ask for in return?",
        (
            Option("answer", "That they tell us, each time, what became of what we said.",
                   "Practitioners do the answering on top of their work.",
                   sets={"coproduction.acted_on": 0.85},
                   adds={"implementation_process.on_day_job": 0.15}),
            Option("councillors", "To speak with the councillors ourselves.",
                   "More of your evenings, and less said to those who do the work.",
                   sets={"coproduction.acted_on": 0.35},
                   adds={"finance.mainstreaming": 0.2, "coproduction.participation_depth": 0.15}),
        ),
        "Few believe that being asked for their views leads to anything.",
        "4.2",
    ),
)  # fmt: skip

BY_ROLE: Mapping[str, Role] = MappingProxyType({role.name: role for role in ROLES})
BY_DECISION: Mapping[str, Decision] = MappingProxyType({decision.name: decision for decision in DECISIONS})


def offered(round_: int, role: str = "") -> tuple[Decision, ...]:
    """Return the decisions of a round (1 to 8), of all roles or of one."""
    return tuple(d for d in DECISIONS if round_ in d.rounds and role in {"", d.role})


def warnings(round_: int) -> tuple[str, ...]:
    """Return what is known to come in a round, whatever is chosen."""
    return tuple(h.warning for h in HAPPENINGS if h.known_in == round_)
