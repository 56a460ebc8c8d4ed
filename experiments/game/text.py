"""The game in a terminal: everything as plain text that reads well at 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conducive.experiments.game.deck import BY_ROLE, CARRY_ON, MONTHS, ROUNDS, Decision, Option, offered, warnings
from conducive.experiments.game.ending import (
    OUTCOMES,
    Ending,
    debrief,
    outcome_words,
    road_words,
    verdict,
)
from conducive.experiments.game.news import News, Report, Sign, curve
from conducive.experiments.game.rounds import Game, option
from conducive.experiments.words import bullet, fact, page, paragraph, section, table

COLUMN = 44
PAPER = "Lefevre, Temperley, Goldsmith and colleagues (2025), https://doi.org/10.1155/hsc/3599333"


def opening(roles: Sequence[str]) -> str:
    """Return what is said before the first round."""
    who = [bullet(f"{BY_ROLE[name].title}: {BY_ROLE[name].who}") for name in roles]
    return page(
        section(
            "Keep it alive",
            paragraph(
                f"A service of forty posts begins something new, with a grant of two years. You have {ROUNDS} rounds "
                f"of {MONTHS} months. Will anybody still do it, as it is meant, when the money has gone?"
            ),
            "",
            *who,
            "",
            paragraph(
                "Everybody meets the same luck: an incident, a change of director, and whoever comes and goes. What "
                "you do not decide carries on as it is. This is an imagined service; it is no forecast for any real "
                "one."
            ),
        )
    )


def round_heading(round_: int) -> str:
    """Return the heading of a round, and what is known to come in it."""
    first = (round_ - 1) * MONTHS + 1
    title = f"Round {round_} of {ROUNDS}: months {first} to {first + MONTHS - 1}"
    return page(section(title, *(paragraph(words) for words in warnings(round_))))


def role_text(name: str, news: News) -> str:
    """Return what a role sees."""
    return page(section(BY_ROLE[name].title, *(_sign(sign) for sign in news.signs), *map(bullet, news.lines)))


def _sign(sign: Sign) -> str:
    before = f" (before: {sign.before})" if sign.before else ""
    return fact(sign.label, f"{sign.now}{before}", COLUMN)


def decision_text(decision: Decision, stands: Option | None) -> str:
    """Return a decision with its options, numbered from 1, carrying on last."""
    lines = [paragraph(decision.ask)]
    for number, name in enumerate(decision.names, 1):
        chosen = option(decision, name)
        lines.append(_option(number, chosen.words))
        if chosen.price:
            lines.append(paragraph(chosen.price, " " * 5))
        elif stands is not None:
            lines.append(paragraph(f"What stands: {stands.words}", " " * 5))
    return "\n".join(lines)


def _option(number: int, words: str) -> str:
    return paragraph(words, " " * 5).replace("     ", f"  {number}. ", 1)


def dots(count: int, of: int) -> str:
    """Return people as a row of marks: o for those counted, a dot for everybody else."""
    return "o" * count + "." * (of - count)


def after_text(report: Report) -> str:
    """Return what changed in a round, and why."""
    row = f"{dots(report.using[-1], report.people)}  {report.using[-1]} of {report.people} use it"
    return page(
        section("What changed", row, *map(bullet, report.changed)),
        section("Why", *map(bullet, report.why)),
    )


def ending_text(game: Game, report: Report, found: Ending) -> str:
    """Return how a game ended."""
    ends = range(MONTHS, len(found.using) + 1, MONTHS)
    by_round = [(f"month {m}", f"{found.using[m - 1]:.0f}", f"{found.alone[m - 1]:.0f}") for m in ends]
    outcomes = [
        (words, outcome_words(name, ours), outcome_words(name, alone))
        for (name, words), (ours, alone) in zip(OUTCOMES, found.outcomes, strict=True)
    ]
    using = ", ".join(str(n) for n in curve(report.using))
    return page(
        section("How it ended", *map(paragraph, verdict(found))),
        section("People using it as it is meant", table(["", "Yours", "Without you"], by_round)),
        paragraph(f"People using it at all, at launch and at the end of each round: {using}."),
        section("The last half-year", table(["", "Yours", "Without you"], outcomes)),
        section(
            "Roads",
            paragraph("Picked by a few lives, and weighed by others, so that no luck is taken for a merit."),
            *_roads(found),
        ),
        section("What the paper says", *(bullet(f"{words} (section {where})") for words, where in debrief(game))),
        paragraph(f"The paper: {PAPER}"),
    )


def _roads(found: Ending) -> Iterator[str]:
    for road in found.roads or ():
        yield ""
        yield f"{road.title}:"
        yield from map(bullet, road_words(road))


def chosen_text(game: Game, round_: int) -> str:
    """Return what was chosen in a round."""
    made = [f"{d.ask} {o.words}" for n, d, o in game.chosen() if n == round_]
    left = len(offered(round_)) - len(made)
    return "\n".join([*map(bullet, made), *([bullet(f"{left} left as they are ({CARRY_ON}).")] if left else [])])
