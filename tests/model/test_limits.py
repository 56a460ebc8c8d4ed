"""What the model must reduce to when everything else is switched off, compared with known answers.

Full runs with declared inputs only: gates open, wear and drift at nothing, mechanisms off, so that one is left.
Statistical tests fix their seeds; a comment says how far a correct model could stray from the answer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numba
import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from conducive.agents.practitioner import AGENCY, PERMANENT, ROUTINE, TRAINED, TRYING, influence
from conducive.experiments.lives.ensemble import Ensemble, run
from conducive.model.month import live
from conducive.model.processes.uptake import odds_of_use
from conducive.model.state import new_world
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.timeline import timeline

Floats = npt.NDArray[np.float64]

THRESHOLD = 500.0
"""Far above any exposure: at a steepness of 1, influence is then exposure / threshold to one part in five hundred."""
READY = 30
"""Months given to everybody to be trained before the process of interest starts."""
NO_LAPSE = dict.fromkeys(
    (
        "coefficients.lapse_strain", "coefficients.lapse_reinforcement", "coefficients.lapse_fit",
        "coefficients.lapse_blame",
        "coefficients.lapse_leader_gone", "coefficients.lapse_unpaid", "coefficients.lapse_doubt",
    ),
    0.0,
)  # fmt: skip
CONTACT_ONLY: Mapping[str, float] = {
    # Everybody knows everybody and trusts them fully, for good.
    "coefficients.cross_team_ties": 9999,
    "attitudes.silo": 0,
    "trust_emotions_relationships.initial_trust": 1,
    "coefficients.trust_growth": 0,
    "coefficients.trust_wear": 0,
    # Contagion is linear and the same for all.
    "coefficients.contagion_steepness": 1,
    "coefficients.contagion_threshold": THRESHOLD,
    "coefficients.person_spread": 0,
    "organisation.place_share": 0,
    "attitudes.openness": 0,
    "trust_emotions_relationships.blame_culture": 0,
    # No gate holds anybody back.
    "coefficients.gate_strength": 0,
    "coefficients.safety_context": 0,
    "attitudes.concurrent_initiatives": 1,
    # Everything else is off.
    **NO_LAPSE,
    "coefficients.habit_shield": 0,
    "coefficients.fatigue_growth": 0,
    "coefficients.commitment_line": 0,
    "mechanisms.turnover": 0,
    "mechanisms.strain": 0,
    "mechanisms.incidents": 0,
    "mechanisms.leaders": 0,
    "mechanisms.money": 0,
    "mechanisms.anticipation": 0,
    "mechanisms.memory": 0,
    # All are convinced, and trained as soon as they are.
    "case_for_change.theory_of_change": 1,
    "leadership.push": 1,
    "collaboration.staff_participation": 1,  # so that nobody begins only because they are told to
    "motivations.outcome_motivation": 1,
    "vision_and_values.value_alignment": 1,
    "coefficients.belief_values": 5,
    "coefficients.willing_threshold": -100,
    "coefficients.step_pace": 100,
    "coefficients.return_pace": 100,
    "coefficients.training_capacity": 4000,
    "implementation_process.implementation_staff": 20,
    "implementation_process.on_day_job": 0,
    "coproduction.participation_depth": 0,
    # Whoever begins has all the help there is; nobody does until the process of interest starts.
    "knowledge_and_skills.feedback": 1,
    "coefficients.reinforce_coaching": 1,
    "coefficients.try_alone": 0,
    "coefficients.try_peers": 0,
    "workforce_capacity.turnover": 0,
    "workforce_capacity.agency_extra": 0,
    "coefficients.improvement_posts": 0,
    "warm_up": 0,
}


def contact_process(posts: int, months: int, start: Mapping[str, float], **changes: float) -> Scenario:
    """Return a scenario in which all are trained by month READY, and `start` then sets the process off."""
    base = Scenario("contact").change(
        {**CONTACT_ONLY, "organisation.posts": posts, "organisation.families": posts, "horizon": READY + months}
    )
    return base.change(changes).with_event(READY + 1, dict(start))


def use_from_start(ensemble: Ensemble) -> Floats:
    """Share using it, by replicate and month since the process was set off (column 0: before its first month)."""
    return ensemble.values("use")[:, READY - 1 :]


def bass_closed(p: float, q: float, t: Floats) -> Floats:
    """Bass (1969): share that has adopted after t months."""
    return (1 - np.exp(-(p + q) * t)) / (1 + q / p * np.exp(-(p + q) * t))


def bass_monthly(p: float, b: float, months: int, x: float = 0.0) -> Floats:
    """Mean field of the same process in monthly steps, each with the hazard at its start."""
    path = [x]
    for _ in range(months):
        path.append(path[-1] + (1 - path[-1]) * (1 - math.exp(-(p + b * path[-1] / (1 + path[-1] / THRESHOLD)))))
    return np.array(path)


# ---- Bass and susceptible-infected ---------------------------------------------------------------------------------


def test_everybody_is_trained_and_nobody_begins_before_the_process_starts() -> None:
    world = new_world(timeline(contact_process(60, 1, {"coefficients.try_alone": 0.01})), 0)
    live(world, 0, READY)

    assert (world.practitioners["stage"] == TRAINED).all()


def test_spontaneous_trial_alone_is_exponential() -> None:
    p, months, posts, replicates = 0.03, 40, 100, 60
    use = use_from_start(run(contact_process(posts, months, {"coefficients.try_alone": p}), replicates, seed=1))
    expected = 1 - np.exp(-p * np.arange(months + 1))

    # A binomial of 6,000 people: one standard error is at most 0.0065; four of them.
    np.testing.assert_allclose(use.mean(0), expected, atol=0.026)


@pytest.mark.parametrize("posts", [50, 200])
def test_trial_by_contact_follows_bass(posts: int) -> None:
    p, q, months, replicates = 0.03 / 12, 0.38 / 4, 60, 40
    start = {"coefficients.try_alone": p, "coefficients.try_peers": q * THRESHOLD}
    use = use_from_start(run(contact_process(posts, months, start), replicates, seed=2))
    mean, error = use.mean(0), use.std(0, ddof=1) / math.sqrt(replicates)
    monthly, closed = bass_monthly(p, q, months), bass_closed(p, q, np.arange(months + 1.0))

    # Few people start late and by luck: in a finite population the mean lags the mean field by some points (0.5 to 4
    # for 50 to 200 people and the parameters of Bass), and never leads it by more than luck (four standard errors).
    assert (mean - monthly <= 4 * error + 0.01).all()
    assert (monthly - mean <= 4 * error + 3.0 / posts + 0.04).all()
    # Monthly steps use the hazard at their start, so they lag the closed form in turn.
    assert np.abs(monthly - closed).max() < 0.05
    assert np.abs(mean - closed).max() < 0.2


def test_contact_alone_grows_as_a_logistic() -> None:
    b, seeds, months, posts, replicates = 0.15, 0.2, 40, 200, 30
    scenario = contact_process(posts, months, {"coefficients.try_alone": -math.log(1 - seeds)}).with_event(
        READY + 2, {"coefficients.try_alone": 0.0, "coefficients.try_peers": b * THRESHOLD}
    )
    use = use_from_start(run(scenario, replicates, seed=3))[:, 1:]
    monthly = bass_monthly(0, b, months - 1, seeds)
    t = np.arange(months)
    closed = seeds * np.exp(b * t) / (1 - seeds + seeds * np.exp(b * t))

    # About 40 of 200 start, so luck at the start is small: the spread of a replicate is below 0.06, of the mean below
    # 0.011.
    np.testing.assert_allclose(use.mean(0), monthly, atol=0.035)
    np.testing.assert_allclose(use.mean(0), closed, atol=0.06)


def test_without_seeds_or_spontaneous_trial_nothing_spreads() -> None:
    use = run(contact_process(30, 30, {"coefficients.try_peers": 0.2 * THRESHOLD}), 5, seed=4).values("use")

    assert use.max() == 0


# ---- Susceptible-infected-susceptible ------------------------------------------------------------------------------


def sis(b: float, g: float, posts: int, months: int, seeds: float) -> Scenario:
    """Contact at rate b, lapse at the constant rate g (nothing ever fits), a share of seeds to begin with."""
    constant = {
        "fit.initial_fit": 0.0,
        "coefficients.fit_pace": 0.0,
        "coefficients.drift_pace": 0.0,
    }
    scenario = contact_process(posts, months, {"coefficients.try_alone": -math.log(1 - seeds)}, **constant)
    then = {"coefficients.try_alone": 0.0, "coefficients.try_peers": b * THRESHOLD, "coefficients.lapse_fit": g}
    return scenario.with_event(READY + 2, then)


def sis_mean_field(b: float, g: float, months: int, x: float) -> Floats:
    """Mean field in monthly steps; whoever lapses, convinced as ever, is willing in a month, trained in two."""
    trained, lapsed, willing, path = 1 - x, 0.0, 0.0, [x]
    for _ in range(months):
        begin = trained * (1 - math.exp(-b * x / (1 + x / THRESHOLD)))
        lapse = x * (1 - math.exp(-g))
        trained, x, willing, lapsed = trained - begin + willing, x + begin - lapse, lapsed, lapse
        path.append(x)
    return np.array(path)


@pytest.mark.parametrize(("b", "g"), [(0.08, 0.02), (0.06, 0.03)])
def test_use_settles_at_its_endemic_level(b: float, g: float) -> None:
    months, posts, replicates = 500, 200, 12
    use = use_from_start(run(sis(b, g, posts, months, 0.5), replicates, seed=5))[:, 1:]
    level, recursion = 1 - g / b, sis_mean_field(b, g, months - 1, 0.5)

    # Spread of a replicate around its level: sqrt(g / (b N)) = 0.05; 350 months hold at least ten of its correlation
    # times 1 / (b - g), so the standard error of the mean of twelve replicates is below 0.05 / sqrt(12 x 5) = 0.0065;
    # four of them.
    assert use[:, -350:].mean() == pytest.approx(recursion[-350:].mean(), abs=0.026)
    # The months on the way back cost some points against the closed form.
    assert use[:, -350:].mean() == pytest.approx(level, abs=0.07)


def test_use_dies_out_below_the_threshold() -> None:
    use = use_from_start(run(sis(b=0.05, g=0.12, posts=100, months=150, seeds=0.5), 10, seed=6))

    assert use[:, 1].mean() > 0.4
    # The mean field decays as exp(-(g - b) t): 0.5 e^-10 after 150 months.
    assert use[:, -1].max() == 0


@pytest.mark.parametrize("seeds", [0.02, 0.15, 0.3, 0.5, 0.8])
@pytest.mark.parametrize(("b", "g"), [(0.04, 0.02), (0.02, 0.03)])
def test_the_uptake_number_is_contact_over_lapse_at_any_level_of_use(seeds: float, b: float, g: float) -> None:
    numbers = run(sis(b, g, posts=150, months=12, seeds=seeds), 12, seed=7, agents=False).values("uptake_number")
    quarters = numbers[:, READY + 2 :: 3][:, 1:3]

    # The way back through three stages takes a few b; users change by some in a hundred from month to month, both ways.
    assert quarters.mean() == pytest.approx(b / g, rel=0.05)


def test_the_uptake_number_does_not_turn_on_the_month_s_change_in_use() -> None:
    b, g = 0.04, 0.02
    numbers = run(sis(b, g, posts=150, months=12, seeds=0.3), 12, seed=7, agents=False).values("uptake_number")

    # Exposure and use must be of the same moment: then the number of users cancels, and only the way back is left (a
    # few b).
    np.testing.assert_allclose(numbers[:, READY + 2 :: 3][:, 1:3], b / g, rtol=0.06)


def test_the_uptake_number_does_not_turn_on_whether_somebody_waits_for_training() -> None:
    plenty = {
        "organisation.posts": 40, "organisation.families": 80, "horizon": 60, "finance.grant": 2e6,
        "finance.funding_term": 120,
        "implementation_process.implementation_staff": 20, "implementation_process.on_day_job": 0,
        "coefficients.training_capacity": 80, "leadership": 0.9, "collaboration.staff_participation": 0.8,
    }  # fmt: skip
    numbers = run(Scenario("plenty").change(plenty), 10, seed=0, agents=False).values("uptake_number")
    quarters = np.log(numbers[:, 26::3])

    # There are some 160 places a month for 40 people: nobody new would ever wait. Whether one happens to wait now is
    # luck, and if it mattered the number would jump two- or threefold between quarters.
    assert np.quantile(np.abs(np.diff(quarters, axis=1)), 0.9) < math.log(1.6)


def test_the_zone_is_open_above_one_and_closed_below() -> None:
    above = run(sis(0.06, 0.02, 100, 12, 0.05), 3, seed=8).values("zone_open")
    below = run(sis(0.02, 0.06, 100, 12, 0.05), 3, seed=8).values("zone_open")

    assert above[:, -1].min() == 1
    assert below[:, -1].max() == 0


def test_odds_of_use_with_fast_stages_are_inflow_over_lapse() -> None:
    fast, b, g = 1e5, 0.08, 0.02

    for use in (0.1, 0.5, 0.9):
        odds = odds_of_use(fast, fast, fast, b * use, 0.1, g, g, fast, 0.0)
        assert odds == pytest.approx(b * use / g, rel=1e-4)


def test_odds_of_use_count_leaving_as_a_loss() -> None:
    fast, begin, lapse, leave = 1e6, 0.06, 0.02, 0.01

    assert odds_of_use(fast, fast, fast, begin, 0.1, lapse, lapse, fast, leave) == pytest.approx(
        begin / (lapse + leave), rel=1e-3
    )


def test_odds_of_use_solve_the_balance_of_the_chain() -> None:
    dice = np.random.default_rng(9)
    for _ in range(50):
        aware, willing, trained, begin, settle, new, old, back, leave = dice.uniform(0.01, 1, 9)
        q = np.zeros((7, 7))
        for a, b, rate in (
            (0, 1, aware), (1, 2, willing), (2, 3, trained), (3, 4, begin), (4, 5, settle),
            (4, 6, new), (5, 6, old), (6, 2, back),
            *((stage, 0, leave) for stage in range(1, 7)),
        ):  # fmt: skip
            q[a, b] += rate
            q[a, a] -= rate
        pi = np.linalg.lstsq(np.vstack([q.T, np.ones(7)]), np.eye(8)[7], rcond=None)[0]

        odds = odds_of_use(aware, willing, trained, begin, settle, new, old, back, leave)

        assert odds == pytest.approx((pi[4] + pi[5]) / (1 - pi[4] - pi[5]), rel=1e-6)


@pytest.mark.parametrize("trained", [0.3, 1.0, 30.0])
def test_odds_of_use_stay_exact_when_almost_nobody_leaves(trained: float) -> None:
    begin, lapse, back = 0.05, 0.02, 0.5
    # Without leaving the chain is a ring: TRAINED -> in use -> LAPSED -> WILLING -> TRAINED.
    expected = (1 / lapse) / (1 / begin + 1 / back + 1 / trained)

    assert odds_of_use(0.2, 0.2, trained, begin, 0.1, lapse, lapse, back, 0.0) == pytest.approx(expected, rel=1e-5)


# ---- Granovetter ---------------------------------------------------------------------------------------------------

STEEP = 1e5
"""Steepness at which influence is a step for all that matters here."""


@numba.njit
def joined(share: float, thresholds: Floats, steepness: float) -> float:
    """Share whose influence at an exposure moves them."""
    total = 0.0
    for threshold in thresholds:
        total += influence(share, threshold, steepness)
    return total / len(thresholds)


@numba.njit
def settled(thresholds: Floats, steepness: float, foothold: float) -> float:
    """Share at which joining stops, starting from a foothold too small to move anybody with a threshold above 0."""
    share = foothold
    for _ in range(20_000):
        now = max(foothold, joined(share, thresholds, steepness))
        if abs(now - share) < 1e-9:
            break
        share = now
    return share


def fixed_point(sigma: float) -> float:
    """Smallest r with r = 100 Phi((r - 25) / sigma)."""
    grid = np.linspace(0, 100, 200_001)
    gap = 100 * norm.cdf((grid - 25) / sigma) - grid
    first = int(np.argmax(gap <= 0))
    return float(brentq(lambda r: 100 * norm.cdf((r - 25) / sigma) - r, grid[max(first - 1, 0)], grid[first]))


@pytest.mark.parametrize(
    ("sigma", "final"),
    [(5, 0.0), (8, 0.1), (10, 0.8), (11, 1.7), (12, 4.0), (12.2, 5.5), (12.22, 6.0),
     (12.23, 100.0), (15, 100.0), (20, 100.0), (30, 99.3), (50, 90.5), (100, 65.9)],
)  # fmt: skip
def test_evenly_spread_thresholds_settle_at_granovetters_fixed_point(sigma: float, final: float) -> None:
    people = 20_000
    thresholds = norm.ppf((np.arange(people) + 0.5) / people, 25, sigma) / 100

    share = settled(thresholds, STEEP, 1e-7)

    # Values of the table are rounded to 0.1; near the critical spread the path all but stops, so it is given half a
    # point there.
    assert 100 * share == pytest.approx(final, abs=0.5 if 12.1 < sigma < 12.23 else 0.06)
    if sigma != 12.23:
        assert 100 * share == pytest.approx(fixed_point(sigma), abs=0.5 if 12.1 < sigma < 12.23 else 0.02)


@pytest.mark.parametrize(
    ("sigma", "chance"),
    [(10, 0.005), (11, 0.03), (12, 0.16), (12.2, 0.20), (13, 0.39), (14, 0.63), (16, 0.91), (20, 0.996)],
)
def test_drawn_thresholds_tip_as_often_as_they_should(sigma: float, chance: float) -> None:
    draws, dice = 2000, np.random.default_rng(10)
    tipped = np.mean([settled(dice.normal(0.25, sigma / 100, 100), STEEP, 1e-7) > 0.5 for _ in range(draws)])

    # Both our draws and the 4,000 of the published table vary: sqrt(p q (1/2000 + 1/4000)) is at most 0.0137; four of
    # them, and rounding.
    assert tipped == pytest.approx(chance, abs=4 * math.sqrt(chance * (1 - chance) * (1 / draws + 1 / 4000)) + 0.006)


def granovetter_directly(sigma: float, people: int, draws: int, seed_chance: float) -> float:
    """Chance that more than half join, simulated directly: thresholds cut to [0, 1], a few who try alone first."""
    dice = np.random.default_rng(11)
    tipped = 0
    for _ in range(draws):
        thresholds = np.clip(dice.normal(0.25, sigma, people), 0, 1)
        using = dice.random(people) < seed_chance
        while True:
            seen = (using.sum() - using) / (people - 1)
            now = using | ((seen >= thresholds) & (seen > 0))
            if (now == using).all():
                break
            using = now
        tipped += using.mean() > 0.5
    return tipped / draws


@pytest.mark.parametrize("sigma", [0.08, 0.12, 0.16])
def test_a_whole_organisation_of_thresholds_tips_as_often_as_granovetters(sigma: float) -> None:
    people, replicates, seed_chance = 100, 150, 0.02
    thresholds = {
        "coefficients.contagion_threshold": 1.0,
        "coefficients.contagion_steepness": 500.0,
        "coefficients.person_spread": sigma,
        "attitudes.openness": 0.75,
    }
    scenario = contact_process(
        people, 40, {"coefficients.try_alone": -math.log(1 - seed_chance)}, **thresholds
    ).with_event(READY + 2, {"coefficients.try_alone": 0.0, "coefficients.try_peers": 100.0})
    tipped = (run(scenario, replicates, seed=12, agents=False).values("use")[:, -1] > 0.5).mean()
    chance = granovetter_directly(sigma, people, 3000, seed_chance)

    # sqrt(p q (1/150 + 1/3000)) is at most 0.042; four of them.
    assert tipped == pytest.approx(
        chance, abs=4 * math.sqrt(max(chance * (1 - chance), 0.01) * (1 / replicates + 1 / 3000))
    )


# ---- Turnover, vacancies, agency -----------------------------------------------------------------------------------

WORKFORCE_ONLY: Mapping[str, float] = {
    "coefficients.leave_early": 0,
    "coefficients.leave_strain": 0,
    "coefficients.leave_colleagues": 0,
    "coefficients.leave_weather": 0,
    "coefficients.recruit_weather": 0,
    "coefficients.improvement_posts": 0,
    "coefficients.recruit_stigma": 0,
    "workforce_capacity.agency_cover": 0,
    "workforce_capacity.agency_extra": 0,
    "mechanisms.incidents": 0,
    "organisation.posts": 400,
    "organisation.families": 40,
    "warm_up": 0,
}


def spells(scenario: Scenario, seed: int) -> tuple[Floats, Floats, Floats]:
    """Live through a scenario: starts of the spells of permanent staff, lengths so far, and whether they are over."""
    rows = timeline(scenario)
    world = new_world(rows, seed)
    staff = world.practitioners
    running = {int(i): 0 for i in np.flatnonzero(staff["post"] == PERMANENT)}
    start, length, over = [], [], []
    for t in range(len(rows)):
        live(world, t, t + 1)
        for i in range(len(staff)):
            there = staff["post"][i] == PERMANENT
            if i in running and (not there or staff["tenure"][i] == 0):
                start.append(running[i])
                length.append(t + 1 - running.pop(i))
                over.append(True)
            if there and staff["tenure"][i] == 0:
                running[i] = t + 1
    start += running.values()
    length += [len(rows) - began for began in running.values()]
    over += [False] * len(running)
    return np.array(start), np.array(length), np.array(over)


def test_spells_in_post_are_geometric() -> None:
    turnover, months, window = 0.36, 240, 120
    monthly = turnover / 12
    scenario = Scenario("turnover only").change(
        {
            **WORKFORCE_ONLY,
            "workforce_capacity.turnover": turnover,
            "workforce_capacity.time_to_fill": 0.5,
            "horizon": months,
        }
    )
    start, length, _ = spells(scenario, seed=13)
    # Spells still running at the end are cut off, so only those that had at least `window` months are judged, and only
    # up to there.
    judged = length[start <= months - window]

    assert len(judged) > 1500
    for months_in_post in (1, 6, 12, 36, 60, 119):
        expected = (1 - monthly) ** months_in_post
        # Four standard errors of a share of at least 1,500 spells.
        assert (judged > months_in_post).mean() == pytest.approx(
            expected, abs=4 * math.sqrt(expected * (1 - expected) / 1500)
        )
    # The mean, each spell counted up to the window: (1 - (1 - l)^window) / l, close to 1 / l. Standard deviation below
    # 1 / l.
    mean = (1 - (1 - monthly) ** window) / monthly
    assert np.minimum(judged, window).mean() == pytest.approx(mean, abs=4 / monthly / math.sqrt(len(judged)))


def test_original_staff_thin_out_geometrically() -> None:
    turnover, months = 0.24, 120
    scenario = Scenario("turnover only").change(
        {**WORKFORCE_ONLY, "workforce_capacity.turnover": turnover, "horizon": months}
    )
    start, length, over = spells(scenario, seed=14)
    original = start == 0

    for t in (1, 12, 36, 60, 119):
        remaining = ((length > t) | ~over)[original].mean()
        expected = (1 - turnover / 12) ** t
        assert remaining == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / original.sum()))


@pytest.mark.parametrize(("turnover", "time_to_fill"), [(0.12, 6), (0.24, 17), (0.6, 30)])
def test_vacancies_are_turnover_times_time_to_fill(turnover: float, time_to_fill: float) -> None:
    scenario = Scenario("vacancies").change(
        {
            **WORKFORCE_ONLY,
            "workforce_capacity.turnover": turnover,
            "workforce_capacity.time_to_fill": time_to_fill,
            "horizon": 360,
        }
    )
    vacancy = run(scenario, 6, seed=15, agents=False).values("vacancy_rate")
    open_for = turnover / 12 * time_to_fill
    expected = open_for / (1 + open_for)

    # 2,400 posts over 360 months; a post forgets in time_to_fill / (1 + l f) months, so there are at least 2,400 x 12
    # independent looks and the standard error is below 0.003. Posts start at the long-run share, so no months are left
    # out.
    assert vacancy.mean() == pytest.approx(expected, abs=0.012)
    assert vacancy[:, :12].mean() == pytest.approx(expected, abs=0.04)


@pytest.mark.parametrize(
    ("agency_cover", "time_to_fill", "agency_stay"), [(0.736, 16.8, 10), (0.5, 6, 10), (0.9, 30, 6)]
)
def test_agency_workers_cover_the_declared_share_of_vacancies(
    agency_cover: float, time_to_fill: float, agency_stay: float
) -> None:
    changes = {
        "workforce_capacity.turnover": 0.24,
        "workforce_capacity.time_to_fill": time_to_fill,
        "workforce_capacity.agency_cover": agency_cover,
        "coefficients.agency_stay": agency_stay,
        "horizon": 240,
    }
    lives = run(Scenario("agency").change({**WORKFORCE_ONLY, **changes}), 6, seed=16)
    months = slice(60, None)
    vacant = lives.values("vacancy_rate")[:, months].sum()
    covered = (lives.values("agency_rate") * lives.values("filled_posts"))[:, months].sum() / 400

    # 2,400 posts of which a fifth or so are vacant, 180 months, a memory of ten months: a standard error below 0.006.
    assert covered / vacant == pytest.approx(agency_cover, abs=0.03)


def test_no_agency_worker_where_none_covers_and_none_is_extra() -> None:
    lives = run(
        Scenario("none").change({**WORKFORCE_ONLY, "workforce_capacity.turnover": 0.4, "horizon": 24}), 2, seed=17
    )

    assert lives.values("agency_rate").max() == 0
    assert not (lives.agents["post"] == AGENCY).any()


# ---- Memory and skill ----------------------------------------------------------------------------------------------


def test_codified_memory_without_gain_halves_at_its_half_life() -> None:
    retention, stop = 0.97, 48
    scenario = (
        Scenario("memory only")
        .change(
            {
                "coefficients.memory_retention": retention,
                "organisation.posts": 40,
                "organisation.families": 40,
                "horizon": 120,
            }
        )
        .with_event(stop + 1, {"learning_and_evaluation.codification": 0.0})
    )
    memory = run(scenario, 3, seed=18).values("codified_memory")
    half_life = math.log(0.5) / math.log(retention)
    months = np.arange(120 - stop + 1)

    assert (memory[:, stop - 1] > 0.01).all()
    np.testing.assert_allclose(memory[:, stop - 1 :], memory[:, [stop - 1]] * retention**months, rtol=1e-9)
    after = stop - 1 + round(half_life)
    np.testing.assert_allclose(memory[:, after] / memory[:, stop - 1], 0.5, rtol=0.02)


def test_unused_skill_fades_at_its_retention() -> None:
    retention = 0.93
    scenario = contact_process(
        20, 24, {"knowledge_and_skills.training_days": 0.0}, **{"coefficients.skill_retention": retention}
    )
    world = new_world(timeline(scenario), 19)
    live(world, 0, READY)
    before = world.practitioners["skill"].copy()
    live(world, READY, READY + 24)

    assert (before > 0.05).all()
    np.testing.assert_allclose(world.practitioners["skill"], before * retention**24, rtol=1e-9)


def test_the_two_kinds_of_users_count_alike_in_contact() -> None:
    p, b, months = 0.01, 0.1, 30
    start = {"coefficients.try_alone": p, "coefficients.try_peers": b * THRESHOLD}
    slow = run(contact_process(80, months, start, **{"coefficients.practice_pace": 0.0}), 5, seed=20, agents=True)
    quick = run(contact_process(80, months, start, **{"coefficients.practice_pace": 1.0}), 5, seed=20, agents=True)

    assert not (slow.agents["stage"] == ROUTINE).any()
    assert (quick.agents["stage"] == ROUTINE).any()
    assert (slow.agents["stage"] == TRYING).any()
    np.testing.assert_array_equal(slow.values("use"), quick.values("use"))
