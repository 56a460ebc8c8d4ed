"""The second level of the ODD+D page: a sector of authorities, from its arrays, its month and its rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from conducive.experiments.pages.explain import stream_uses
from conducive.experiments.pages.reading import docstring, formula, functions, plain, source
from conducive.experiments.pages.template import render
from conducive.model import random
from conducive.model.sector import choice, directors, funders, ground, measures, month, people, state, weather, word
from conducive.scenarios import links
from conducive.scenarios.field import Field

HOUSES: Mapping[str, ModuleType] = {
    "month": month,
    "weather": weather,
    "people": people,
    "directors": directors,
    "word": word,
    "choice": choice,
    "funders": funders,
    "measures": measures,
    "ground": ground,
}
"""Modules of a sector, in the order in which they are read."""
ENTITIES: Mapping[str, tuple[str, tuple[Field, ...]]] = {
    "authority": ("Authority: an organisation, and what is known of it between months", state.AUTHORITY_FIELDS),
    "mover": ("Practitioner between two posts", state.MOVER_FIELDS),
    "director": ("Director between two posts", state.DIRECTOR_AWAY_FIELDS),
    "national": ("Nation: ministers, the media, and what is paid for centrally", state.NATIONAL_FIELDS),
    "offer": ("Innovation on offer", state.OFFER_FIELDS),
}


def second_level() -> str:
    """Return the part of the page on a sector."""
    return render(
        "odd_sector.md.jinja",
        entities=ENTITIES.values(),
        month=month,
        schedule=[(house, name, getattr(HOUSES[house], name)) for house, name in schedule()],
        streams=[(f"`{name}`", random.STREAMS[name], str(int(random.stream(name)))) for name in stream_names()],
        indicators=[(f"`{i.name}`", i.unit, i.meaning) for i in measures.SECTOR_INDICATORS],
        submodels=list(submodels()),
        formula=formula,
    ).rstrip()


def schedule() -> list[tuple[str, str]]:
    """Processes of a sector's month in schedule order, each with its module."""
    body = source(ground.Together._month)
    found = []
    for home, name in re.findall(r"(?:(\w+)\.)?(\w+)[(](?:between|share),", body):
        house = home or next(h for h, module in HOUSES.items() if name in functions(module))
        found.append((house, name))
    return found


def stream_names() -> list[str]:
    """Names of the random streams that are drawn from between authorities."""
    return list(stream_uses(HOUSES))


def submodels() -> Iterator[dict[str, Any]]:
    """Yield each module of a sector: the link that it is, if it is one, and its functions."""
    titles = {link.name: link for link in links.LINKS}
    for house, module in HOUSES.items():
        link = titles.get(house)
        title = link.title.lower() if link else docstring(module).partition("\n")[0][:-1]
        ours = [plain(getattr(module, name)) for name in functions(module)]
        yield {"house": house, "link": link, "title": title, "functions": ours}
