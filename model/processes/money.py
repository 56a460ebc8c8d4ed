"""Money: a grant comes in, the month is paid for, the funder and the council decide, and people look ahead."""

from __future__ import annotations

import numpy as np

from conducive.agents import funder as fund
from conducive.agents import leader as lead
from conducive.agents.funder import COUNCIL, EXTERNAL
from conducive.agents.leader import MANAGER
from conducive.agents.practitioner import WILLING
from conducive.agents.rule import either, fading, logistic, rule
from conducive.model.arrays import Record, Table
from conducive.model.random import stream, uniforms
from conducive.model.state import World

FUNDER, COUNCIL_ASKS = stream("funder decides"), stream("council asks")
YEAR = 12.0


@rule
def money(world: World, inputs: Record, org: Record) -> None:
    """Grants and the council pay for start-up and for embedding; near the end leaders chase revenue."""
    funders = world.funders
    external = funders[EXTERNAL]
    if inputs.wave == 0.0:
        return
    running = external.term > 0.0
    receive(inputs, org, running)
    embedding = cost_of_embedding(inputs, org)
    reluctance = fund.council_reluctance(embedding * 12.0 / inputs.posts, org.budget, inputs.council_price)
    case = case_for_it(world.leaders, inputs, org)  # from results reported last month
    pay(inputs, org, embedding, running)
    external.grant = inputs.grant if running else 0.0
    external.ring_fenced = inputs.ring_fenced
    funders[COUNCIL].grant = org.council_money * 12.0
    report(inputs, org, external)
    if running:
        stops, renews, _, _ = uniforms(world.seed, FUNDER, int(inputs.month), 0)
        decide(inputs, org, external, stops, renews)
    council_decides(world.leaders, inputs, org, external.term, running, case, reluctance)
    if running and external.term <= 0.0:
        grant_ends(world, inputs, org)
    org.money_ahead = (
        lead.money_ahead(external.term, org.council_share, inputs.renewal, inputs.look_ahead)
        if inputs.anticipation_on > 0.0
        else 1.0
    )
    secured = either(org.council_share, fading(external.term, inputs.look_ahead))
    org.chasing = 1.0 - secured if external.term > 0.0 else 0.0


@rule
def receive(inputs: Record, org: Record, running: bool) -> None:
    """A month of the grant comes in: part is drawn off, part goes to coproduction, the rest is kept for its uses."""
    grant = inputs.grant / 12.0 if running else 0.0
    org.external_money = grant
    org.diverted = grant * fund.diverted_share(inputs.ring_fenced, org.budget, inputs.diversion)
    grant -= org.diverted
    if grant > 0.0:
        org.last_external_month = inputs.month
    org.coproduction_money = inputs.coproduction_budget * grant
    org.start_up_balance += (grant - org.coproduction_money) * (1.0 - inputs.embedding_share)
    org.embedding_balance += (grant - org.coproduction_money) * inputs.embedding_share


@rule
def cost_of_embedding(inputs: Record, org: Record) -> float:
    """Cost of a month of running it (GBP): the innovation itself, its users, coaching, staff set aside for it."""
    dedicated = inputs.implementation_staff * (1.0 - inputs.on_day_job) * inputs.posts / 100.0
    cost: float = (
        inputs.running_cost / 12.0
        + org.users * (inputs.per_user / 12.0 + inputs.training_day / inputs.refresher_interval)
        + org.learners * inputs.coaching * inputs.coaching_hour
        + dedicated * inputs.implementation_salary / 12.0
    )
    return cost


@rule
def case_for_it(leaders: Table, inputs: Record, org: Record) -> float:
    """Case that reaches the council (0-1): results and families' voice, as far as senior leaders own it."""
    ownership, voiced = seniors_commitment(leaders), inputs.voice_weight * org.family_voice
    return fund.council_case(org.reported, ownership, voiced, inputs.gate_strength)


@rule
def seniors_commitment(leaders: Table) -> float:
    """Mean commitment of the director and the service heads."""
    total, seniors = 0.0, 0
    for k in range(len(leaders)):
        if leaders[k].level != MANAGER:
            total += leaders[k].commitment
            seniors += 1
    return total / seniors


@rule
def pay(inputs: Record, org: Record, embedding: float, running: bool) -> None:
    """Courses, the start, embedding and coproduction are paid for: the council its share, grant money the rest."""
    seat_cost = inputs.training_days * inputs.training_day
    taken = min(org.seats, org.waiting)
    starting = inputs.age <= inputs.start_up_months
    start_up = taken * seat_cost + (inputs.start_up_cost / inputs.start_up_months if starting else 0.0)
    voice = 0.0 if running else inputs.coproduction_budget * inputs.grant / 12.0
    council = 0.0 if running else org.council_share
    if inputs.money_on == 0.0:
        council = 1.0
    from_coproduction = org.coproduction_money
    org.council_money = council * (start_up + embedding + voice)
    org.coproduction_money += council * voice
    from_start_up = min((1.0 - council) * start_up, org.start_up_balance)
    from_embedding = min((1.0 - council) * embedding, org.embedding_balance)
    org.start_up_balance -= from_start_up
    org.embedding_balance -= from_embedding
    org.paid_start_up = council + from_start_up / start_up if start_up > 0.0 else 1.0
    org.paid = council + from_embedding / embedding if embedding > 0.0 else 1.0
    org.spend = from_start_up + from_embedding + from_coproduction + org.council_money
    org.training_spend = org.paid_start_up * taken * seat_cost
    org.cumulative_cost += org.spend


@rule
def report(inputs: Record, org: Record, external: Record) -> None:
    """Results are reported against what was promised by now, as long as the funder has patience."""
    external.patience = fund.patience(
        inputs.patience, inputs.theory_of_change, inputs.marketisation, inputs.gate_strength
    )
    org.promised = fund.promised_evidence(inputs.age, external.patience, inputs.potential)
    org.reported = fund.reported_evidence(org.evidence, org.promised, inputs.failure_tolerance, inputs.rosy_reporting)


@rule
def decide(inputs: Record, org: Record, external: Record, stops: float, renews: float) -> None:
    """A funder reviews, stops, renews or lets a grant end."""
    go_on = fund.chance_to_go_on(
        reported=org.reported,
        promised=org.promised,
        confidence=external.confidence,
        budget=org.budget,
        decision_steepness=inputs.decision_steepness,
    )
    external.term -= 1.0
    if inputs.age == inputs.review_month and stops >= go_on:
        external.term = 0.0
        org.stopped_by_funder = 1.0
    elif external.term <= 0.0 and renews < inputs.renewal * go_on:
        external.term = inputs.funding_term


@rule
def council_decides(
    leaders: Table, inputs: Record, org: Record, months_left: float, running: bool, case: float, reluctance: float
) -> None:
    """As money ends, and every year from then on, the council takes it on or does not; before that it may be hoped."""
    since = inputs.month - org.last_external_month
    if months_left <= 0.0 and (running or since % YEAR == 0.0 or inputs.age == 1.0):
        acting = leaders[0].acting > 0.0  # whoever minds the shop drops things, and takes on nothing new
        if fund.council_takes_on(case, reluctance, org.council_bar, inputs.person_spread):
            org.council_pays = org.council_pays if acting and not running else 1.0
        else:
            org.council_pays = 0.0
    most = fund.council_share(inputs.mainstreaming, org.budget)
    if inputs.council_bound >= 0.0:
        org.council_share = fund.council_share(inputs.council_bound, org.budget)
    elif months_left > 0.0:
        org.council_share = most * logistic(inputs.decision_steepness * (case - reluctance))
    else:
        org.council_share = most * org.council_pays


@rule
def council_asks(seed: np.uint64, month: float) -> tuple[float, float]:
    """Two uniforms that settle how much those ask for who decide at launch, or under a new director."""
    u, v, _, _ = uniforms(seed, COUNCIL_ASKS, int(month), 0)
    return u, v


@rule
def grant_ends(world: World, inputs: Record, org: Record) -> None:
    """What is unspent goes back; in so far as the council does not step in, it is a promise broken, to families too."""
    staff, families = world.practitioners, world.families
    org.returned += org.start_up_balance + org.embedding_balance
    org.start_up_balance = org.embedding_balance = 0.0
    abandoned = inputs.breach * (1.0 - org.council_share) if inputs.money_on > 0.0 else 0.0
    for f in range(len(families)):
        one = families[f]
        built = max(0.0, one.trust - inputs.initial_trust)  # beyond first impressions; what was gained, and no more
        one.trust -= built * abandoned * one.voice
    for i in range(len(staff)):
        worker = staff[i]
        if worker.stage >= WILLING:
            worker.trust_up = lead.trust_after_breach(worker.trust_up, abandoned)
            worker.fatigue = either(worker.fatigue, abandoned)
