"""Random draws: the published generator, evenly spread and independent, and the same luck whatever else is asked."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest

from conducive.experiments.lives.ensemble import one_life, run
from conducive.model.month import live
from conducive.model.random import normal, philox, stream, uniforms
from conducive.model.state import new_world, run_seed
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.timeline import timeline

SMALL = Scenario("small").change({"organisation.posts": 28, "organisation.families": 90, "warm_up": 12, "horizon": 48})


def words(*hexes: str) -> tuple[np.uint64, ...]:
    return tuple(np.uint64(int(h, 16)) for h in hexes)


def drawn(seed: int, name: str, month: int, slots: int, block: int = 0) -> np.ndarray:
    """Draws of slots 0 to `slots` of one month: shape (slots, 4)."""
    with np.errstate(over="ignore"):
        return np.array([uniforms(np.uint64(seed), stream(name), month, slot, block) for slot in range(slots)])


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        (("0",) * 4, ("0",) * 2, ("6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8")),
        (("ffffffff",) * 4, ("ffffffff",) * 2, ("408f276d", "41c83b0e", "a20bc7c6", "6d5451fd")),
        (
            ("243f6a88", "85a308d3", "13198a2e", "03707344"),
            ("a4093822", "299f31d0"),
            ("d16cfe09", "94fdcceb", "5001e420", "24126ea1"),
        ),
    ],
    ids=["zeros", "ones", "digits of pi"],
)
def test_philox_gives_the_published_vectors(
    counter: tuple[str, ...], key: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    with np.errstate(over="ignore"):
        assert tuple(int(w) for w in philox(*words(*counter), *words(*key))) == tuple(int(h, 16) for h in expected)


def test_draws_are_uniform() -> None:
    draws = np.concatenate([drawn(0, "a decision", month, 1000) for month in (-3, 0, 7)])

    assert (draws > 0).all()
    assert (draws < 1).all()
    # 12,000 draws: Kolmogorov and Smirnov's distance of a uniform exceeds 0.018 once in a thousand.
    assert kstest(draws.ravel(), "uniform").statistic < 0.018


def test_draws_do_not_depend_on_each_other() -> None:
    n = 4000
    here, next_month, other = drawn(5, "one", 10, n), drawn(5, "one", 11, n), drawn(5, "other", 10, n)
    again, other_block, other_seed = drawn(5, "one", 10, n), drawn(5, "one", 10, n, block=1), drawn(6, "one", 10, n)

    np.testing.assert_array_equal(here, again)
    columns = np.column_stack([here, next_month, other, other_block, other_seed, np.roll(here[:, 0], 1)])
    correlations = np.corrcoef(columns.T) - np.eye(columns.shape[1])
    # 210 correlations of 4,000 pairs with a standard error of 0.0158: the largest passes 4.5 of them once in 700 tries.
    assert np.abs(correlations).max() < 4.5 / np.sqrt(n)


def test_normals_are_standard_normal() -> None:
    draws = drawn(3, "normals", 1, 8000)
    values = np.array([normal(u, v) for u, v, _, _ in draws])

    assert kstest(values, "norm").statistic < 0.022


def test_every_part_of_the_address_counts() -> None:
    with np.errstate(over="ignore"):
        base = uniforms(np.uint64(1), stream("a"), 3, 4, 0)
        others = [
            uniforms(np.uint64(2), stream("a"), 3, 4, 0),
            uniforms(np.uint64(1 + 2**32), stream("a"), 3, 4, 0),
            uniforms(np.uint64(1), stream("b"), 3, 4, 0),
            uniforms(np.uint64(1), stream("a"), -3, 4, 0),
            uniforms(np.uint64(1), stream("a"), 3, 5, 0),
            uniforms(np.uint64(1), stream("a"), 3, 4, 1),
        ]

    assert len({base, *others}) == 7


def test_streams_of_the_model_have_numbers_of_their_own() -> None:
    from conducive.experiments.pages.odd import PROCESSES
    from conducive.model import network, state

    names: dict[str, int] = {}
    for module in (*PROCESSES.values(), network, state):
        names |= {
            f"{module.__name__}.{n}": int(v)
            for n, v in vars(module).items()
            if isinstance(v, np.uint64) and n.isupper()
        }

    assert len(names) >= 12
    assert len(set(names.values())) == len(names)


def test_seed_0_is_a_seed_of_its_own() -> None:
    zero, one, again = (run(SMALL, 2, seed).values("strain") for seed in (0, 1, 0))

    np.testing.assert_array_equal(zero, again)
    assert not np.array_equal(zero, one)


def test_replicates_have_keys_of_their_own() -> None:
    assert len({int(run_seed(seed, r)) for seed in range(30) for r in range(30)}) == 900


def test_a_replicate_meets_the_same_luck_whatever_the_number_of_replicates() -> None:
    few, many = run(SMALL, 2, 4).values("use"), run(SMALL, 5, 4).values("use")

    np.testing.assert_array_equal(few, many[:2])


def test_the_same_replicate_starts_as_the_same_people_under_two_scenarios() -> None:
    other = SMALL.change({"finance.funding_term": 60, "coproduction": 0.9, "leadership": 0.9})
    one, two = (new_world(timeline(s), 9, replicate=3) for s in (SMALL, other))

    for field in ("openness", "aptitude", "tenure", "post"):
        np.testing.assert_array_equal(one.practitioners[field], two.practitioners[field])
    np.testing.assert_array_equal(one.families["need"], two.families["need"])
    np.testing.assert_array_equal(one.tie_to, two.tie_to)


def staff_history(scenario: Scenario, seed: int) -> np.ndarray:
    """Who is in which post, and since when, at the end of each month: shape (months, 2, posts)."""
    rows = timeline(scenario)
    world = new_world(rows, seed)
    history = []
    for t in range(len(rows)):
        live(world, t, t + 1)
        history.append([world.practitioners["post"].astype(float), world.practitioners["tenure"].copy()])
    return np.array(history)


# Without strain and incidents nothing in the workforce follows from families, so not a single draw may differ.
UNCOUPLED = SMALL.change(
    {
        "mechanisms.strain": 0,
        "mechanisms.incidents": 0,
        "coefficients.inspection_quality": 0,
        "workforce_capacity.turnover": 0.3,
    }
)


def test_the_number_of_families_moves_no_draw_of_the_workforce() -> None:
    few, many = (staff_history(UNCOUPLED.change({"organisation.families": n}), 11) for n in (40, 95))

    np.testing.assert_array_equal(few, many)


def test_the_innovation_moves_no_draw_of_the_workforce() -> None:
    with_it, without = (staff_history(UNCOUPLED.change({"leadership.push": p, "fit": p}), 11) for p in (0.0, 1.0))

    np.testing.assert_array_equal(with_it, without)


def test_a_longer_horizon_moves_nothing_before_its_end() -> None:
    short, long = (one_life(timeline(SMALL.change({"horizon": h})), 12, 0).monthly for h in (30, 48))

    for name in short.dtype.names:
        np.testing.assert_array_equal(short[name], long[name][:30], err_msg=name)


def test_posts_outside_the_establishment_renumber_nobody() -> None:
    without, with_extra = (UNCOUPLED.change({"workforce_capacity.agency_extra": extra}) for extra in (0.0, 0.2))
    one, two = staff_history(without, 13), staff_history(with_extra, 13)

    np.testing.assert_array_equal(one[:, :, :28], two[:, :, :28])


def test_a_mechanism_switched_off_leaves_the_luck_of_the_rest() -> None:
    base = UNCOUPLED.change({"mechanisms.contagion": 1})
    on, off = (
        staff_history(base, 14),
        staff_history(base.change({"mechanisms.contagion": 0, "mechanisms.memory": 0}), 14),
    )

    np.testing.assert_array_equal(on, off)
