"""Where the model stands on three tensions in the literature: turnover, determinism, and effects on average or local.

Positions are worded by the numbers found, so that they change when the model does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from conducive.experiments.evidence import determinism
from conducive.experiments.evidence.determinism import PACES, SPREADS, LocalEffect, March, Memory, Predictors, Split
from conducive.experiments.lives.ensemble import check_whole
from conducive.experiments.lives.intervals import LEVEL
from conducive.scenarios.conditions import conditions
from conducive.scenarios.scenario import Scenario

NEARLY_ALL = 0.8
"""Share of variance explained from which conditions would explain nearly everything."""


@dataclass(frozen=True, slots=True)
class Result:
    """What the check found, plain data under `dataclasses.asdict`."""

    organisations: int
    replicates: int
    posts: int
    splits: tuple[Split, ...]
    predictors: tuple[Predictors, ...]
    memories: tuple[Memory, ...]
    march: tuple[March, ...]
    local: tuple[LocalEffect, ...]
    positions: Mapping[str, str]


def check(
    base: Scenario,
    executor: Executor | None = None,
    organisations: int = 256,
    replicates: int = 8,
    seed: int = 0,
) -> Result:
    """Live through all organisations and say where the model stands.

    Raises InputError for fewer than 48 organisations or 2 replicates, or a seed that cannot be used.
    """
    check_whole("organisations", organisations, determinism.FEWEST, 1_000_000)
    check_whole("replicates", replicates, 2, 1_000_000)
    splits: list[Split] = []
    predictors: list[Predictors] = []
    for spread, ways in SPREADS.items():
        positions = determinism.drawn([c.name for c in conditions()], organisations, seed, ways)
        found = determinism.lasting(base, positions, replicates, seed, executor)
        splits += [determinism.split(spread, name, positions, found[name]) for name in determinism.OUTCOMES]
        predictors.append(determinism.predicted(spread, positions, found["sustained"]))
    memories, march = determinism.remembered(base, 5 * replicates, seed, executor)
    local = determinism.local_effects(base, max(determinism.FEWEST, organisations // 4), replicates, seed, executor)
    stands = {
        "turnover": say_march(march),
        "determinism": say_splits(splits, predictors),
        "average and local": say_local(local),
    }
    posts = int(base["organisation.posts"])
    return Result(organisations, replicates, posts, tuple(splits), tuple(predictors), memories, march, local, stands)


# ---- Positions -----------------------------------------------------------------------------------------------------


def say_splits(splits: Sequence[Split], predictors: Sequence[Predictors]) -> str:
    """Say how much is left to luck, and whether that is enough.

    Judged by organisations that differ as real ones may, where it is open whether they sustain.
    """
    use = {s.spread: s for s in splits if s.outcome == "use"}
    sustained = {s.spread: s.mean for s in splits if s.outcome == "sustained"}
    facts = "; ".join(
        f"{name}, {_percent(s.luck)} (and {_percent(s.alone)} conditions each on its own, {_percent(s.together)} only "
        f"their combinations; {_percent(sustained[name])} sustain)"
        for name, s in use.items()
    )
    like = [name for name in use if name != next(iter(SPREADS))]
    open_ones = [name for name in like if determinism.SURE <= sustained[name] <= 1.0 - determinism.SURE] or like
    found = "; ".join(f"{p.spread}, {p.found:.1f}" for p in predictors if p.spread in open_ones)
    first = predictors[0]
    return (
        f"The share of luck in the variance of use two years after the money is: {facts}. Conditions that would "
        f"predict which of {first.sites} organisations sustain, of {len(conditions())}: {found}; by chance "
        f"{first.by_chance:.1f}. "
        f"Peterson et al. (2014) found that most predictors of {determinism.SITES} sites did not predict. Position: "
        f"{_stand({name: use[name].explained for name in open_ones})}"
    )


def _stand(explained: Mapping[str, float]) -> str:
    """Say what share that conditions explain of organisations like real ones means."""
    over = {name: share for name, share in explained.items() if share >= NEARLY_ALL}
    under = {name: share for name, share in explained.items() if share < NEARLY_ALL}
    odds = f"conditions explain {_percent(max(under.values()))} at most" if under else ""
    if not over:
        return (
            f"Conditions set the odds and do not decide: among organisations as unlike as real ones {odds}, and a "
            "single case proves nothing about its conditions."
        )
    told = f"{_percent(max(over.values()))} where they are {' or '.join(over)}"
    if not under:
        return f"Too deterministic: among organisations as unlike as real ones conditions explain {told}."
    return (
        f"Conditions set the odds where organisations are {' or '.join(under)} ({odds}), and explain nearly "
        f"everything, {told}. There the model is more certain than the evidence: it leaves out what no condition "
        "names, so its intervals are too narrow for a forecast of one place."
    )


def say_march(march: Sequence[March]) -> str:
    """Say what turnover does to the code and to individuals, and where that leaves March (1991)."""
    found = {(m.pace, m.what): m for m in march}
    facts = [
        f"With {pace} socialisation moderate turnover {_moves(found[pace, 'code'].moderate, 'what is codified')} and "
        f"{_moves(found[pace, 'individuals'].moderate, 'what individuals know')}; high turnover "
        f"{_moves(found[pace, 'code'].high, 'the first')} and {_moves(found[pace, 'individuals'].high, 'the second')}."
        for pace in PACES
    ]
    gains = found["fast", "code"].moderate[0] > 0.0
    loses = found["slow", "individuals"].high[2] < 0.0
    if gains and loses:
        stand = "Both of March's signs show: the code gains from moderate turnover where individuals lose."
    elif loses:
        stand = (
            "The harm that implementation studies report shows, March's gain of the code does not: his newcomers bring "
            "beliefs that the code can learn from, while here what is learned is one given innovation, of which a "
            "newcomer knows nothing. For sustaining a given innovation turnover is a loss; the model says nothing of "
            "turnover that brings in new ideas."
        )
    else:
        stand = "Individuals do not lose to turnover here, which implementation studies contradict."
    return " ".join([*facts, "Position:", stand])


def say_local(local: Sequence[LocalEffect]) -> str:
    """Say whether an innovation can do nothing on average and much, for better or worse, locally."""
    facts = [
        f"An innovation {one.innovation} changes families' wellbeing by {_points(one.mean)} on average "
        f"({_points(one.low)} to {_points(one.high)}), with a standard deviation of {100 * one.spread:.1f} points "
        f"between organisations: {_points(one.best)} in the third with the best alignment and leadership, "
        f"{_points(one.worst)} in the third with the worst; families are worse off in {_percent(one.worse_off)} of "
        "organisations."
        for one in local
    ]
    null = [one for one in local if abs(one.mean) < one.spread]
    if null:
        stand = (
            f"An average near nothing can hide local effects larger than itself (an innovation {_listed(null)}), as in "
            "ten authorities with Signs of Safety: an average over places says little without their spread."
        )
    else:
        stand = (
            "Local effects differ less than the average is large: the model does not show an average of nothing with a "
            "wide local spread for these innovations."
        )
    return " ".join([*facts, "Position:", stand])


def _listed(local: Sequence[LocalEffect]) -> str:
    return ", ".join(one.innovation for one in local)


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def _points(change: float) -> str:
    return f"{100 * change:+.1f} points"


def _moves(change: tuple[float, float, float], what: str) -> str:
    """Say which way something moves, with its size in points, from low, mean and high."""
    low, mean, high = change
    verb = "raises" if low > 0.0 else "lowers" if high < 0.0 else "does not clearly move"
    return f"{verb} {what} ({_points(mean)})"


# ---- Page ----------------------------------------------------------------------------------------------------------


def markdown(result: Result) -> str:
    """Return the result as Markdown: tables, then positions."""
    lines = [
        f"{result.organisations} organisations of {result.posts} posts for each range, {result.replicates} lives each.",
        "",
        "| Positions | Outcome | Mean | Luck | Conditions alone | Together |",
        "|---|---|---|---|---|---|",
        *(_split_row(s) for s in result.splits),
        "",
        "| Positions | Organisations | Conditions that predict | By chance |",
        "|---|---|---|---|",
        *(f"| {p.spread} | {p.sites} | {p.found:.1f} | {p.by_chance:.1f} |" for p in result.predictors),
        "",
        "| Socialisation | Turnover | Code | Individuals |",
        "|---|---|---|---|",
        *(f"| {m.pace} | {m.turnover:g} | {_span(m.code)} | {_span(m.individuals)} |" for m in result.memories),
        "",
        f"| Innovation | Effect on wellbeing, points ({LEVEL:.0%}) | Spread | Best third | Worst third | Worse off |",
        "|---|---|---|---|---|---|",
        *(_local_row(one) for one in result.local),
        "",
    ]
    return "\n".join(lines) + "".join(f"\n**{name.capitalize()}.** {text}\n" for name, text in result.positions.items())


def _split_row(one: Split) -> str:
    parts = zip((one.luck, one.alone, one.together), one.errors, strict=True)
    shown = " | ".join(f"{100 * share:.0f}% (s.e. {100 * error:.0f})" for share, error in parts)
    return f"| {one.spread} | {one.outcome} | {one.mean:.2f} | {shown} |"


def _local_row(one: LocalEffect) -> str:
    size = _span((100 * one.low, 100 * one.mean, 100 * one.high))
    parts = " | ".join(f"{100 * x:.1f}" for x in (one.spread, one.best, one.worst))
    return f"| {one.innovation} | {size} | {parts} | {_percent(one.worse_off)} |"


def _span(values: tuple[float, float, float]) -> str:
    low, mean, high = values
    return f"{mean:.2f} ({low:.2f} to {high:.2f})"
