"""Six lessons, declared once as data: reading, scenarios, what is predicted, what is compared, prompts, notes.

A lesson says what to look for and why it might come about, never what comes out: that is for the model, with its
interval, on the day.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conducive import __version__
from conducive.experiments.arms import SHARES
from conducive.experiments.plausible import PLAUSIBLE, model_version
from conducive.experiments.words import listed
from conducive.model.measures import INDICATORS, Indicator
from conducive.scenarios.conditions import CONDITIONS
from conducive.scenarios.declaration import Condition
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario, to_toml
from conducive.scenarios.scenario import Scenario

if TYPE_CHECKING:
    from conducive.dashboards.store import Classroom

SHEET = Path(__file__).with_name("sheet.html")
YEARS = 10
HORIZON = 12 * YEARS
POINTS = YEARS + 1
"""A sketch has a point for launch and one for the end of each year."""
REPLICATES = 100
SEED = 0
LONGEST_TEXT = 1500
"""Characters of a reason or an explanation."""


@dataclass(frozen=True)
class Arm:
    """One side of a lesson: a scenario of the library, what is changed in it, and dated events (month, name)."""

    label: str
    scenario: str
    changes: Mapping[str, float] = field(default_factory=dict)
    events: tuple[tuple[int, str], ...] = ()
    picked: float | None = None
    """Position (0-1) to which the conditions that a group picked are moved; None where its picks play no part."""


@dataclass(frozen=True)
class Picks:
    """Conditions among which a group chooses, and how many."""

    ask: str
    conditions: tuple[str, ...]
    count: int


@dataclass(frozen=True)
class Lesson:
    """A lesson. `measure` is what arms are judged by, over the months of `window`; `also` is shown beside it."""

    name: str
    title: str
    question: str
    source: str
    minutes: int
    reading: tuple[str, ...]
    arms: tuple[Arm, ...]
    measure: str
    window: tuple[int, int]
    also: tuple[str, ...]
    sketch: str
    """What a group draws: the measure of the arm `sketched`, by year."""
    sketched: int
    choose: str
    prompts: tuple[str, ...]
    notes: tuple[str, ...]
    picks: Picks | None = None

    @property
    def options(self) -> tuple[str, ...]:
        """What can be chosen: an arm, or that no arm is clearly ahead."""
        return (*(arm.label for arm in self.arms), "No clear difference between them")

    @property
    def indicators(self) -> tuple[str, ...]:
        """What is read from every run, the measure first."""
        return (self.measure, *self.also)

    @property
    def pickable(self) -> tuple[Condition, ...]:
        """Conditions among which a group chooses."""
        names = self.picks.conditions if self.picks else ()
        return tuple(c for c in CONDITIONS if c.name in names)

    def scenarios(self, picks: Sequence[str] = ()) -> list[Scenario]:
        """Return the scenario of each arm, under the picks of a group."""
        return [_scenario(arm, picks) for arm in self.arms]


def _scenario(arm: Arm, picks: Sequence[str]) -> Scenario:
    scenario = load_scenario(arm.scenario).change({"horizon": HORIZON} | dict(arm.changes))
    if arm.picked is not None:
        scenario = scenario.change(dict.fromkeys(picks, arm.picked))
    for month, name in arm.events:
        scenario = scenario.with_event(month, name)
    return scenario


@cache
def meaning(indicator: str) -> Indicator:
    """Return the declaration of an indicator."""
    return next(i for i in INDICATORS if i.name == indicator)


def lesson(name: object) -> Lesson:
    """Return a lesson by name. Raises InputError saying which there are."""
    found = {each.name: each for each in LESSONS}
    if not isinstance(name, str) or name not in found:
        msg = f"there is no lesson {str(name)[:80]!r}. Lessons are {', '.join(found)}."
        raise InputError(msg)
    return found[name]


# ---- What a group predicts -----------------------------------------------------------------------------------------


def checked_prediction(of: Lesson, given: object) -> dict[str, Any]:
    """Return a prediction as plain data: points (0-1), choice, picks, because.

    Raises InputError for whatever is missing or cannot be.
    """
    if not isinstance(given, Mapping):
        msg = "a prediction must have points, a choice and, in some lessons, picks."
        raise InputError(msg)
    return {
        "points": _checked_points(given.get("points")),
        "choice": _checked_choice(of, given.get("choice")),
        "picks": _checked_picks(of, given.get("picks", ())),
        "because": checked_text("your reason", given.get("because", "")),
    }


def _checked_points(points: object) -> list[float]:
    if not isinstance(points, Sequence) or isinstance(points, str) or len(points) != POINTS:
        msg = f"the sketch must have {POINTS} points, one for launch and one for each of {YEARS} years."
        raise InputError(msg)
    for year, value in enumerate(points):
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            msg = f"year {year} of the sketch must be a number, 0 to 100 percent. Got {str(value)[:40]!r}."
            raise InputError(msg)
        if not 0 <= value <= 1:
            nearest = 0 if value < 0 else 100
            msg = f"year {year} of the sketch must be 0 to 100 percent. Got {100 * value:.3g}. Did you mean {nearest}?"
            raise InputError(msg)
    return [round(float(value), 3) for value in points]


def _checked_choice(of: Lesson, choice: object) -> int:
    if isinstance(choice, bool) or not isinstance(choice, int) or not 0 <= choice < len(of.options):
        msg = f"choose one of: {'; '.join(of.options)}."
        raise InputError(msg)
    return choice


def _checked_picks(of: Lesson, picks: object) -> list[str]:
    if of.picks is None:
        return []
    names = [c.name for c in of.pickable]
    chosen = list(picks) if isinstance(picks, Sequence) and not isinstance(picks, str) else []
    known = all(name in names for name in chosen)
    if not known or len(chosen) != of.picks.count or len(set(chosen)) != len(chosen):
        msg = f"pick {of.picks.count} different conditions of the list. Got {len(chosen)}."
        raise InputError(msg)
    return sorted(chosen, key=names.index)


def checked_text(what: str, text: object) -> str:
    """Return a text without control characters. Raises InputError where it is too long or no text."""
    if not isinstance(text, str):
        msg = f"{what} must be text. Got {str(text)[:40]!r}."
        raise InputError(msg)
    clean = "".join(c if c.isprintable() or c == "\n" else " " for c in text).strip()
    if len(clean) > LONGEST_TEXT:
        msg = f"{what} must be at most {LONGEST_TEXT:,} characters. Got {len(clean):,}."
        raise InputError(msg)
    return clean


# ---- What the model says beside it ---------------------------------------------------------------------------------


def said(of: Lesson, prediction: Mapping[str, Any], outcome: Mapping[str, Any]) -> list[str]:
    """Return how a prediction compares with what the model shows, in sentences."""
    low, mean, high = outcome["series"][of.sketched]
    sentences = [f"For {_lower(of.arms[of.sketched].label)}, year by year:"]
    for year in (2, 5, YEARS):
        at = 12 * year - 1
        drawn = prediction["points"][year]
        where = "inside" if low[at] <= drawn <= high[at] else "below" if drawn < low[at] else "above"
        sentences.append(
            f"after {year} years you drew {drawn:.0%}; the model shows {mean[at]:.0%} on average, with a 95% interval "
            f"of {low[at]:.0%} to {high[at]:.0%}. Yours is {where} that interval."
        )
    chosen = prediction["choice"]
    shown = outcome["best"] if outcome["clear"] or _in_every_set(outcome) else len(of.arms)
    agreed = "and so does the model" if chosen == shown else f"and the model says: {_lower(of.options[shown])}"
    sentences.append(f"You chose: {_lower(of.options[chosen])}, {agreed}.")
    return sentences


def verdict(of: Lesson, outcome: Mapping[str, Any]) -> str:
    """Return which arm the model finds ahead, by how much and how surely, in a sentence or two."""
    best, (first, last) = outcome["best"], of.window
    ahead = listed(
        [
            f"{gap(of.measure, mean)} ahead of '{of.arms[n].label}' (95% interval {gap(of.measure, low)} to "
            f"{gap(of.measure, high)}; ahead in {outcome['ahead'][n]} of {outcome['sets']} plausible sets)"
            for n, (low, mean, high) in enumerate(outcome["gaps"])
            if n != best
        ]
    )
    if outcome["clear"]:
        found = "Clearly highest"
    elif _in_every_set(outcome):
        found = "Highest in every plausible set of coefficients, though by how much is not clear"
    else:
        found = "No clear difference. Highest in these runs, but not surely"
    return (
        f"{found}: '{of.arms[best].label}', {ahead}. Compared is: {_lower(label(of.measure))}, on average over months "
        f"{first} to {last}, in {outcome['replicates']} runs of each."
    )


def _in_every_set(outcome: Mapping[str, Any]) -> bool:
    """Whether the best arm is ahead of every other on average in each of several plausible sets."""
    fewest = min(count for n, count in enumerate(outcome["ahead"]) if n != outcome["best"])
    return bool(fewest == outcome["sets"] > 1)


def sheet(
    of: Lesson, *, notes: bool = False, room: Classroom | None = None, outcome: Mapping[str, Any] | None = None
) -> str:
    """Return a sheet to print, as a page that needs nothing else.

    For groups, to read and to write on; with `notes`, for their teacher; with a `room`, what a class predicted and
    explained. An outcome is drawn where all groups of a lesson have the same.
    """
    from jinja2 import Environment

    seats = room.seats if room else ()
    page = Environment(autoescape=True, trim_blocks=True).from_string(SHEET.read_text("utf-8"))
    kind = "what a class found" if room else "for the teacher" if notes else "for a group"
    return page.render(
        lesson=of,
        notes=notes,
        room=room,
        outcome=outcome,
        verdict=verdict(of, outcome) if outcome else "",
        drawn=[seat.prediction["points"] for seat in seats if seat.prediction],
        titles=lambda picks: listed([c.title for c in of.pickable if c.name in picks]),
        kind=kind,
        version=__version__,
        paper="Lefevre, Temperley, Goldsmith and colleagues (2025), https://doi.org/10.1155/hsc/3599333",
    )


def outcome_name(of: Lesson, picks: Sequence[str] = ()) -> str:
    """Return a name for the results of a lesson that changes with whatever could change them."""
    told = (
        __version__,
        model_version(),
        PLAUSIBLE.read_bytes(),
        [to_toml(s) for s in of.scenarios(picks)],
        (of.indicators, of.window, REPLICATES, SEED),
    )
    return f"{of.name}-{hashlib.sha256(repr(told).encode()).hexdigest()[:24]}"


def label(indicator: str) -> str:
    """Return what to call an indicator on a page."""
    return LABELS[indicator]


def say(indicator: str, value: float) -> str:
    """Return a value of an indicator as people write it."""
    if meaning(indicator).unit == "GBP":
        return f"£{value:,.0f}"
    if _in_percent(indicator):
        return f"{round(100 * value, 1) + 0.0:.1f}%"
    return f"{round(value, 2) + 0.0:.2f}"


def gap(indicator: str, value: float) -> str:
    """Return a difference between two values of an indicator: in percentage points where they are percentages."""
    return f"{round(100 * value, 1) + 0.0:.1f} points" if _in_percent(indicator) else f"{round(value, 2) + 0.0:.2f}"


def _in_percent(indicator: str) -> bool:
    return indicator in SHARES or meaning(indicator).unit == "ratio"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


LABELS = {
    "use_at_fidelity": "Use as it is meant",
    "use": "Any use",
    "trials": "Practitioners who tried something unfamiliar that month",
    "safety": "Psychological safety",
    "strain": "Emotional strain",
    "fatigue": "Change fatigue",
    "belief": "Conviction that it helps families",
    "scar": "Scar of past incidents",
    "turnover_12m": "Yearly turnover",
    "newcomer_start": "Skill that a newcomer starts with",
    "codified_memory": "Memory written down",
    "living_memory": "Memory in people",
    "voice": "Families' part in the design",
    "burden": "What taking part costs families",
    "fit": "Fit with this place",
    "wellbeing": "Families' wellbeing",
    "external_money": "Grant, a month",
    "spend": "Spent, a month",
    "skill": "Skill in it",
    "leader_commitment": "Leaders' commitment",
    "zone_open": "Runs in which the conducive zone is open",
    "uptake_number": "Colleagues one user brings in",
}


# ---- The six lessons -----------------------------------------------------------------------------------------------

FUNDED = (
    "The services of this lesson launch the same innovation in the same month and meet the same luck: the same chance "
    "of somebody leaving, of a case going wrong, of a change in politics. Only what the lesson is about differs."
)
CONTRAST = 0.9
"""Position (0 barrier, 1 facilitator) of a condition that a lesson is about, where it is good."""

LESSONS: tuple[Lesson, ...] = (
    Lesson(
        name="two-year-funding",
        title="Two years of money",
        question="What is left of a new way of working once the grant that launched it has gone?",
        source="Paper, section 4.3: finance",
        minutes=45,
        reading=(
            "A service that works with children and families wins a grant to work in a new way. The grant pays for "
            "training, for people who help others to get started, for coaching, and for the time it all takes. Grants "
            "of this kind often last one year or two.",
            "The people whom the researchers spoke to described what happens next as a cliff. Nobody decides that the "
            "new way was wrong. But the coach's post ends, the next course is not held, and the council's own budget "
            "was spent long ago. Starting something attracts money; keeping it going costs as much, and seldom does. "
            "Meanwhile leaders use up their energy looking for the next grant.",
            "And results take their time. Big changes to how a whole service works may need ten years or more, and a "
            "funder who wants proof within two can only see the beginning.",
            FUNDED,
        ),
        arms=(
            Arm("Two years of grant, then nothing", "two-year-funding"),
            Arm("Two years of grant, then the council pays most of it", "two-year-then-mainstreamed"),
            Arm("Six years of the same yearly grant, then nothing", "six-year-funding"),
        ),
        measure="use_at_fidelity",
        window=(25, HORIZON),
        also=("use", "skill", "codified_memory", "leader_commitment", "spend"),
        sketch="How many practitioners use it as it is meant, if the grant lasts two years and nothing follows?",
        sketched=0,
        choose="Which service has most people using it as it is meant, on average over years three to ten?",
        prompts=(
            "Where did your curve and the model's part company, and in which month did it happen?",
            "The grant ends in a single month. Does use end in a single month too? What keeps some people going?",
            "Six years of grant cost three times as much as two. What would you tell a funder it buys?",
            "Somebody says: 'They went back to the old ways because they never believed in it.' What else could it be?",
        ),
        notes=(
            "What it is about: a stop in money acts through what the money paid for (coaching, refreshers, time) and "
            "through what people expect: near the end of a grant, many stop putting effort into what they think will "
            "not last.",
            "Look for: when use starts to fall. It may be before the money ends. Ask why anybody would stop early.",
            "Look for: skill and written memory beside use. People may still know how, and no longer do it.",
            "A common misreading: 'the model proves that two years are too short'. It compares three services under "
            "assumptions that are all listed; ask which of them the class would question.",
            "To go further: open the first arm under 'What if?' and try two years of grant with more coaching, or a "
            "more stable workforce. Does the same money go further?",
        ),
    ),
    Lesson(
        name="blame-spiral",
        title="The blame spiral",
        question="After something goes terribly wrong, who still dares to try anything new?",
        source="Paper, sections 4.4 and 4.5: trust, emotions and relationships; learning; public perceptions",
        minutes=45,
        reading=(
            "In work with children at risk, mistakes can cost lives, and when they do the worker's name may be in the "
            "newspapers. Trying anything unfamiliar then feels like taking the risk upon oneself.",
            "The researchers heard of a service in which one case was still talked about nine years later, also by "
            "people who had not worked there at the time. The service had become careful, then defensive, then stuck. "
            "The memory did not live in persons; it lived in the place.",
            "Elsewhere an incident is taken apart together: what happened, what was missing, what do we change? "
            "Supervisors listen to fear instead of brushing it aside, and the risk is carried by the organisation "
            "rather than by whoever held the case. The paper thinks that trust, and staff who feel safe to try and to "
            "fail, may do most to share fear and risk out.",
            "In both services of this lesson a serious incident becomes public in month 18.",
        ),
        arms=(
            Arm("An incident where people are blamed", "critical-incident"),
            Arm("The same incident where people learn", "learning-culture", events=((18, "incident"),)),
        ),
        measure="trials",
        window=(19, HORIZON),
        also=("safety", "strain", "scar", "turnover_12m", "use_at_fidelity"),
        sketch="How many practitioners try something unfamiliar in a month, where people are blamed?",
        sketched=0,
        choose="In which service do more people try something unfamiliar, on average after the incident?",
        prompts=(
            "Draw the spiral: what leads to what, and back to the beginning? Where could it be broken?",
            "After some years most people who were there have left. Why might the service still be careful?",
            "Before the incident the two services already differed. How much of the gap was there before month 18?",
            "What could a team manager do in the week after an incident? What could a newspaper do?",
        ),
        notes=(
            "What it is about: an incident acts through its expected cost to a person. Where blame is high the fear is "
            "greater, containment weaker, and the scar in the culture fades more slowly.",
            "Look for: the months before 18. The culture matters without any incident; the incident makes it visible.",
            "Look for: strain and turnover beside attempts. Fear tires people, tired people leave, and those who stay "
            "have more to carry.",
            "A common misreading: 'blame is when managers are nasty'. In the paper it is a system in which risk lands "
            "on individuals; kind people work in such systems.",
            "Take care: some in the class may have met services like these as a family. Speak of services, not of "
            "families who 'go wrong'.",
        ),
    ),
    Lesson(
        name="who-holds-the-memory",
        title="Who holds the memory?",
        question="When people leave, does what they have learned leave with them?",
        source="Paper, sections 4.2 and 4.3: learning and evaluation; workforce capacity",
        minutes=40,
        reading=(
            "What an organisation knows is kept in two places. Some of it is in people: in skill, in habit, in knowing "
            "whom to ask. Some is outside them: in notes, guides, recordings of what worked and what did not.",
            "Children's services in the United Kingdom lose many of their workers each year. With each goes a piece of "
            "the memory, and the cost of training the next person comes on top. One interviewee spoke of an "
            "organisation's memory ebbing away.",
            "Writing things down takes time that busy people do not have, and what is written grows old. Paying "
            "attention to why people leave takes longer still. Both are ways of keeping what was learned.",
            "Here memory is measured by what somebody new would start with: the skill in the innovation that notes and "
            "colleagues together can give to a newcomer.",
        ),
        arms=(
            Arm("People leave, little is written down", "high-turnover", {"learning_and_evaluation.codification": 0.1}),
            Arm("People leave, much is written down", "high-turnover", {"learning_and_evaluation.codification": 0.9}),
            Arm(
                "People stay, little is written down", "stable-workforce", {"learning_and_evaluation.codification": 0.1}
            ),
        ),
        measure="newcomer_start",
        window=(13, HORIZON),
        also=("codified_memory", "living_memory", "turnover_12m", "use_at_fidelity"),
        sketch="What skill would a newcomer start with, where people leave and little is written down?",
        sketched=0,
        choose="In which service does a newcomer start with most, on average from the second year on?",
        prompts=(
            "Which of the two memories is larger while the grant runs? Which of them lasts longer?",
            "What can be written down about a good home visit, and what cannot?",
            "You are given money for either: a colleague who writes guides, or better pay so that people stay. Which?",
            "Where is the memory of your own class, club or team? What is lost when somebody moves away?",
        ),
        notes=(
            "What it is about: living memory is the skill and habit of those in post, and walks out with leavers; "
            "written memory grows where users have time to reflect, and wears off unless it is renewed.",
            "Look for: both memories over time. Writing down only helps where there is use to reflect upon.",
            "Look for: the gap between memory and use. An organisation may remember how, and still not do it.",
            "A common misreading: 'turnover does not matter, because the shape of the network stays the same'. In the "
            "model a newcomer starts with little trust; ties have to be built again.",
            "To go further: open an arm under 'Watch', and read the diary of a post that changes hands often.",
        ),
    ),
    Lesson(
        name="coproduction",
        title="Asked, and paid for?",
        question="What does it take for families to have a real part in designing a service?",
        source="Paper, sections 4.2 and 7: coproduction",
        minutes=45,
        reading=(
            "Coproduction means that families who use a service help to design it, and not only answer a "
            "questionnaire. The people interviewed said why it matters: hearing families brings everybody back to why "
            "they do this work, and convinces leaders more than any report.",
            "They were just as clear about what goes wrong. Families are asked, and nothing they say is acted on. Or "
            "the plan promises a great deal, and sets no money aside for it. People who are already struggling give "
            "evenings and energy, and get a meeting with a fixed agenda in return.",
            "Doing it well costs money and takes time at the start, when a funder would like to see results.",
            "In this lesson one service promises a large part and sets nothing aside; one makes the same promise, acts "
            "on most of what is said, and pays for it while the grant lasts; and one aims at less, as an average "
            "service does. All have a grant for two years, and promise the same afterwards.",
        ),
        arms=(
            Arm("A large promise without money", "tokenistic-coproduction"),
            Arm("The same promise, acted on, and paid for by the grant", "resourced-coproduction"),
            Arm("A smaller part, as in an average service", "baseline"),
        ),
        measure="wellbeing",
        window=(1, HORIZON),
        also=("voice", "burden", "fit", "belief", "use_at_fidelity"),
        sketch="How well are families, where much is promised without money? (0 is very badly, 100 very well.)",
        sketched=0,
        choose="Where are families better off, on average over ten years?",
        prompts=(
            "Is an empty promise better than none? What does the model say, and what would a family say?",
            "The part that families have costs time at the start. Where in the curves can you see it, if anywhere?",
            "When the grant ends, what happens to the families who were taking part?",
            "Think of a time when you were asked for your view. How could you tell whether it counted?",
        ),
        notes=(
            "What it is about: a promised part without money becomes a burden to families; a part that is paid for "
            "becomes voice, and voice that is acted on raises fit, and the belief of staff and leaders.",
            "Look for: voice and burden first, then fit and belief, and wellbeing last. Effects grow smaller along the "
            "chain; say so plainly.",
            "Look for: month 24. When the grant ends, the promise that was paid for becomes one that is not, and the "
            "larger a promise, the more it then asks of families. The average over ten years holds both stretches.",
            "Look for: 'no clear difference'. If the interval reaches 0, the honest answer is that the model cannot "
            "tell, and the paper says that evidence on methods of coproduction is thin.",
            "A common misreading: 'it does not raise use, so it is not worth it'. Being heard is a right, and not only "
            "a means.",
            "To go further: under 'What if?', keep the promise and change only its budget, in small steps.",
        ),
    ),
    Lesson(
        name="one-long-or-three-short",
        title="One long project or three short ones?",
        question="The same money for six years: better spent on one innovation, or on three in a row?",
        source="Paper, sections 4.3 to 4.5: short grants, tired staff, and the pull of the new",
        minutes=40,
        reading=(
            "New projects are announced; old ones are seldom celebrated. Politicians and funders like what promises to "
            "change a great deal soon, and there is usually money for something new.",
            "At the front line it looks different: one new scheme after another, each with its training days and "
            "forms, each gone before it was finished. The paper speaks of innovation fatigue. Those who have seen "
            "three schemes come and go have good reason to wait and see what becomes of the fourth.",
            "On the other hand, a second try may profit from the first, a bad idea is stopped sooner, and what is new "
            "finds people who were left cold by the old.",
            "Both services of this lesson have a grant of the same size in each of six years. One spends it on a "
            "single innovation, one on three, two years each. In the second service, use means use of the latest one.",
        ),
        arms=(
            Arm("One innovation for six years", "six-year-funding"),
            Arm("Three innovations, two years each", "three-short-waves"),
        ),
        measure="use_at_fidelity",
        window=(1, HORIZON),
        also=("fatigue", "belief", "skill", "codified_memory", "spend"),
        sketch="How many practitioners use the latest innovation as it is meant, if there are three in a row?",
        sketched=1,
        choose="Where do more people use the innovation as it is meant, on average over ten years?",
        prompts=(
            "Compare the three waves with each other. Is the third met like the first?",
            "What is lost each time that a new innovation replaces an old one? What, if anything, is kept?",
            "When would you prefer three short projects all the same?",
            "Who gains from announcing something new? Who pays for it?",
        ),
        notes=(
            "What it is about: each wave starts afresh in skill and habit; what is abandoned leaves fatigue and a "
            "broken promise behind, and the next one meets both.",
            "Look for: fatigue and belief at the start of each wave, rather than the height of use alone.",
            "Look for: what happens after year six in both services. Neither has money then.",
            "A common misreading: 'so one should never stop anything'. The innovations here are equally good; in life "
            "the first may be a poor one. Ask how the question changes.",
            "To go further: under 'Watch', follow one person through three launches.",
        ),
    ),
    Lesson(
        name="conducive-zone",
        title="Find the conducive zone",
        question="If you could put three conditions right, which would let an innovation spread by itself?",
        source="Paper, abstract and section 5: conditions that work together",
        minutes=50,
        reading=(
            "The paper names eighteen conditions that help or hinder innovation, and warns against using them as a "
            "checklist. They work upon each other: money does little where nobody dares to try, and courage does "
            "little where nobody has time.",
            "Where enough of them come together, something new opens up, which the authors call a conducive zone. "
            "People take an innovation up from each other and it no longer has to be pushed.",
            "The model gives this a meaning that can be counted. The zone is open when those who use the innovation "
            "bring in new users at least as fast as they are lost, as a fire that lights the next log before it burns "
            "down.",
            "Your service is a small one, of forty posts, where every condition is middling. You may put three right. "
            "The others stay as they are.",
        ),
        arms=(
            Arm("Everything middling", "classroom", {c.name: 0.5 for c in CONDITIONS}),
            Arm("Your three conditions put right", "classroom", {c.name: 0.5 for c in CONDITIONS}, picked=CONTRAST),
            Arm("Every condition put right", "classroom", {c.name: CONTRAST for c in CONDITIONS}),
        ),
        measure="zone_open",
        window=(1, HORIZON),
        also=("uptake_number", "use_at_fidelity", "safety", "strain", "codified_memory"),
        sketch="In how many of a hundred services is the zone open, with your three conditions put right?",
        sketched=1,
        choose="In which service is the zone open most, on average over ten years?",
        prompts=(
            "Which picks in the class opened the zone most, and what do they have in common?",
            "Would your three work as well without one of them? How could you find out?",
            "Putting all eighteen right asks six times as much as three. Is what it brings six times as good?",
            "Which three would you choose in a service you know? Who would have to agree?",
        ),
        notes=(
            "What it is about: conditions act through a few shared states (safety, strain, skill, belief, trust), "
            "which multiply each other. Three that help the same state may do less than three that help several.",
            "Look for: luck. The service is small, and single runs differ a great deal; compare intervals, not points.",
            "Look for: groups with the same picks. They get the same result, because they have the same luck.",
            "A common misreading: 'the best three are the answer'. They are the best three in this model, from this "
            "starting point, at these assumed strengths.",
            "To go further: the map under 'Sweep' shows where the zone opens when two conditions change together.",
        ),
        picks=Picks(
            "Which three conditions do you put right?",
            (
                "vision_and_values",
                "coproduction",
                "workforce_capacity",
                "knowledge_and_skills",
                "finance",
                "leadership",
                "collaboration",
                "trust_emotions_relationships",
                "learning_and_evaluation",
                "political_agendas",
            ),
            3,
        ),
    ),
)
