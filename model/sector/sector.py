"""A sector as a Mesa model: many organisations, a month a step, and what flows between them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np
import numpy.typing as npt

from conducive.model.organisation import as_seed
from conducive.model.sector.ground import Together, alone, new_sector, offers_of, own_seed
from conducive.model.sector.state import NOTHING
from conducive.scenarios.declaration import nearest_names
from conducive.scenarios.errors import InputError
from conducive.scenarios.programme import Programme, check_placed, load_programme
from conducive.scenarios.short import InShort

if TYPE_CHECKING:
    import pandas as pd

    from conducive.scenarios.scenario import Scenario


class Sector(InShort, mesa.Model):
    """Authorities that live through a programme together, a month a step.

    Args:
        programme: a library name, a path to a programme file, a mapping, or a `Programme`.
        authorities: `England`, a list of names of authorities or regions, or how many to invent; those of the
            programme by default.
        rng: seed, 0 or any other whole number; None draws one and records it as `seed`.
        threads: threads that share the authorities; the result is the same to the bit, however many.

    The constructor runs the warm-up; `time` 0 is launch, and `running` turns False at the horizon.

    Raises InputError for a programme, authorities or a seed that cannot be used.

    """

    def __init__(
        self,
        programme: str | Path | Mapping[str, Any] | Programme = "no-programme",
        authorities: object = None,
        rng: Any = None,
        threads: int = 1,
    ) -> None:
        """Set the authorities up and live through their warm-up."""
        self.seed = as_seed(rng)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            super().__init__(rng=self.seed)
        asked = load_programme(programme, placed=authorities is None)
        self.programme = asked if authorities is None else asked.at(authorities)
        check_placed(self.programme)
        self.threads = max(1, threads)
        self.together: Together = new_sector(self.programme, self.seed, threads=self.threads)
        self.running: bool = True
        self._live(self.programme.scenario.warm_up)

    def in_short(self) -> dict[str, str]:
        """Return what programme it lives through, where, and how far it is."""
        return {
            "programme": self.programme.title or self.programme.name,
            "authorities": f"{len(self.names):,}",
            "seed": f"{self.seed}",
            "months lived since launch": f"{self._done} of {self.programme.horizon}",
            "more": "sector.monthly, sector.by_authority",
        }

    def step(self) -> None:
        """Live through one month in every authority; do nothing once the horizon is reached."""
        if self.running:
            self._live(1)
            self.running = self.together.lived < len(self.together.worlds[0].timeline)

    def _live(self, months: int) -> None:
        if self.threads == 1:
            self.together.live(months)
            return
        with ThreadPoolExecutor(self.threads) as pool:
            self.together.live(months, pool)

    @property
    def names(self) -> list[str]:
        """Names of the authorities, in order."""
        return [place.name for place in self.programme.places]

    @property
    def innovations(self) -> list[str]:
        """Names of the innovations there are to run."""
        return [offer.name for offer in offers_of(self.programme)]

    def alone(self, name: str) -> tuple[Scenario, int]:
        """Return the scenario and the seed with which `Organisation(scenario, rng=seed)` is an authority on its own.

        Raises InputError for an authority that is not in the sector.
        """
        place = self.programme.places[self._row(name)]
        return alone(self.programme, place, self.seed), own_seed(self.seed, place.name)

    def _row(self, name: str) -> int:
        if name not in self.names:
            msg = f"{name!r} is not in this sector.{nearest_names(name, self.names)}"
            raise InputError(msg)
        return self.names.index(name)

    @property
    def _done(self) -> int:
        return max(0, self.together.lived - self.programme.scenario.warm_up)

    @property
    def monthly(self) -> pd.DataFrame:
        """The sector by month since launch: `month`, then a column for each of `SECTOR_INDICATORS`."""
        import pandas as pd

        frame = pd.DataFrame.from_records(self.together.table[: self._done])
        frame.insert(0, "month", np.arange(1, self._done + 1))
        return frame

    def authority_monthly(self, name: str) -> pd.DataFrame:
        """The indicators of one authority by month since launch, as an organisation has them.

        Raises InputError for an authority that is not in the sector.
        """
        import pandas as pd

        frame = pd.DataFrame.from_records(self.together.worlds[self._row(name)].monthly[: self._done])
        frame.insert(0, "month", np.arange(1, self._done + 1))
        return frame

    @property
    def diffusion(self) -> pd.DataFrame:
        """Share of authorities that run each innovation, and of practitioners that use it, by month since launch."""
        import pandas as pd

        months = np.arange(1, self._done + 1)
        return pd.concat(
            [
                pd.DataFrame(
                    {
                        "month": months,
                        "innovation": name,
                        "authorities": self.together.running[: self._done, j],
                        "practitioners": self.together.users[: self._done, j],
                    }
                )
                for j, name in enumerate(self.innovations)
            ],
            ignore_index=True,
        )

    @property
    def by_authority(self) -> pd.DataFrame:
        """What has become of each authority: its region, what it runs now, and its counts and sums so far."""
        return authority_table(self.together)

    def uses(self, name: str) -> npt.NDArray[np.float64]:
        """Use at fidelity of one authority by month since launch."""
        return np.asarray(self.together.worlds[self._row(name)].monthly["use_at_fidelity"][: self._done])


def authority_table(together: Together) -> pd.DataFrame:
    """Return a row for each authority of a sector: `authority`, `region`, `innovation`, then counts and sums so far."""
    import pandas as pd

    table, names = together.between.authorities, [offer.name for offer in offers_of(together.programme)]
    kept = (
        "waves", "taken_up", "ended", "buried", "bad_taken_up", "tried_again", "awarded", "matched", "supported",
        "council_spend", "faithful_years", "practitioner_years", "families", "bids_so_far", "grants_so_far",
        "movers", "moved_out", "moved_in", "left_sector",
        "knowledge_out", "knowledge_in", "directors_in", "use", "faithful", "evidence", "reported",
    )  # fmt: skip
    runs = [names[j] if j != NOTHING else "" for j in table.innovation]
    return pd.DataFrame(
        {
            "authority": [place.name for place in together.programme.places],
            "region": [place.region for place in together.programme.places],
            "innovation": runs,
            **{name: np.asarray(table[name]).copy() for name in kept},
        }
    )
