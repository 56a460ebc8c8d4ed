"""Leaders: a director, service heads and team managers in a line of management."""

from __future__ import annotations

from conducive.agents.rule import clip, either, fading, gate, rule, toward
from conducive.scenarios.field import Field, layout

DIRECTOR, HEAD, MANAGER = 0, 1, 2
LEVELS = ("director", "service head", "team manager")

LEADER_FIELDS = (
    Field("level", "Director, service head or team manager.", words=LEVELS),
    Field("above", "Row of the leader above; the director's own row for the director.", whole=True),
    Field("tenure", "Time in post (months)."),
    Field("commitment", "How far the leader owns the innovation (0-1)."),
    Field("support", "Lasting style: how relational and supportive (0-1)."),
    Field("openness", "Lasting openness to risk (0-1): permission to try."),
    Field("energy", "Energy left for the innovation (0-1)."),
    Field(
        "acting", "Months the post will still be covered by somebody acting; 0 when it has a holder.", span=(0, 0, 8)
    ),
    Field("agenda", "Commitment to the innovation that a successor will bring (0-1)."),
    Field("ownership_lost", "Ownership of the innovation that pressure has taken (0-1)."),
    Field("unowned", "Ownership that went with the last holder and is not the present one's own yet (0-1)."),
    Field("trust_up", "Trust in the leader above (0-1)."),
)
LEADER = layout(LEADER_FIELDS)


@rule
def lead(commitment: float, energy: float, acting: float) -> float:
    """What a leader visibly puts behind the innovation (0-1): who minds the post for `acting` more months, nothing."""
    return commitment * energy if acting <= 0.0 else 0.0


@rule
def raised(lead: float, push: float) -> float:
    """How far a manager raises the innovation in supervision (0-1): as their own, or as management asks them to.

    Paper 4.2, 4.3; Klein & Sorra 1996 (what is expected is used).
    """
    return either(lead, push)


@rule
def commitment_target(
    theory_of_change: float,
    drive: float,
    evidence: float,
    voice: float,
    line: float,
    unowned: float,
    commitment_evidence: float,
    commitment_line: float,
) -> float:
    """Commitment of a leader (0-1): the case for it, results reported and families heard; and the line above.

    Nobody is committed to what is not theirs yet. Paper 4.1-4.3, 4.5.

    `line` is trust in the leader above times what that leader puts behind it; for the director it is the support of
    current policy. `unowned` went with the last holder.
    """
    own = either(theory_of_change * drive, either(commitment_evidence * evidence, voice))
    return (1.0 - unowned) * (own + commitment_line * (line - own))


@rule
def drawn_away(
    chasing: float, intervention: float, defensive: float, vacancies: float, tightness: float, theory_of_change: float
) -> float:
    """How far pressure draws leaders away (0-1): money to chase, an improvement regime, blame, leavers, budget cuts.

    All of them can go where the case for change is weak; a strong case holds them. Paper 4.1, 4.3, 4.5.
    """
    calm = (1.0 - chasing) * (1.0 - intervention) * (1.0 - defensive) * (1.0 - vacancies) * (1.0 - tightness)
    return (1.0 - calm) * (1.0 - theory_of_change)


@rule
def ownership_lost(succession_continuity: float, theory_of_change: float) -> float:
    """Ownership that goes with a leader (0-1): what is neither handed over nor carried by the case for change itself.

    Only a strong case carries itself. Paper 4.1, 4.3.
    """
    return (1.0 - succession_continuity) * (1.0 - theory_of_change * theory_of_change)


@rule
def ownership_next(lost: float, drawn_away: float, commitment: float, pace: float) -> float:
    """Ownership lost after a month (0-1): pressure takes it away; it comes back as far as the leader is committed.

    Paper 4.1, 4.3.
    """
    return toward(lost, drawn_away, pace if drawn_away > lost else pace * commitment)


@rule
def unowned_next(unowned: float, commitment: float, trust_growth: float) -> float:
    """What went with the last holder and is not the successor's own yet (0-1): it grows back as slowly as trust.

    Paper 4.3, 4.4: a successor has to be won for it, and the more committed, the sooner.
    """
    return toward(unowned, 0.0, trust_growth * commitment)


@rule
def leaving_chance(leader_tenure: float, shock: float, exit_shock: float) -> float:
    """Monthly chance that a leader leaves: 1 / mean time in post, and what a shock adds in its month.

    `shock` is 1 in the month of an inadequate judgement, or for a director of a shift of policy. ADCS 2014-2024;
    paper 4.3, 4.5.
    """
    return clip(1.0 / leader_tenure + exit_shock * shock)


@rule
def successor_commitment(handed_over: float, agenda: float, succession_continuity: float) -> float:
    """Commitment a successor starts with (0-1): what was handed over, and an agenda of their own in the rest.

    Paper 4.1, 4.3.
    """
    return either(handed_over, (1.0 - succession_continuity) * agenda)


@rule
def expected_stay(leader_tenure: float, months_to_known_exit: float, horizon: float) -> float:
    """Weight people give to the leader still being there (0-1), from usual time in post or a known date of leaving.

    Paper 4.3.
    """
    return fading(min(leader_tenure, months_to_known_exit), horizon)


@rule
def continuation(money_ahead: float, leader_ahead: float, trust_up: float, gate_strength: float) -> float:
    """How far people expect the innovation to last (0-1): money in sight, leaders who stay, and promises kept so far.

    Paper 4.3.
    """
    return money_ahead * gate(leader_ahead, gate_strength) * gate(trust_up, gate_strength)


@rule
def money_ahead(months_left: float, council_share: float, renewal: float, horizon: float) -> float:
    """How much money people see ahead (0-1): grant months left, hope of renewal, the council's share."""
    return either(either(fading(months_left, horizon), council_share), renewal * (months_left > 0.0))


@rule
def trust_gain(support_style: float, trust_growth: float) -> float:
    """Monthly gain of vertical trust on the room left: relational leaders build it faster. Paper 4.4."""
    return trust_growth * support_style


@rule
def trust_after_breach(trust: float, breach: float) -> float:
    """Trust after a promise is broken, somebody is blamed or an innovation is abandoned: quickly lost.

    Slovic 1993; paper 4.4.
    """
    return trust * (1.0 - breach)
