"""This machine as others find it: on its network, or at the address of a proxy that stands before it."""

from __future__ import annotations

import re
import socket
from contextlib import suppress

import ifaddr

from conducive.scenarios.errors import InputError


def checked_base(path: str) -> str:
    """Return the path that a proxy puts before ours, empty for none. Raises InputError for one that is none."""
    found = path.rstrip("/")
    parts = re.findall(r"[A-Za-z0-9._~@-]+", re.sub(r"^\w+://[^/]*", "", path))
    plain = "/".join(part for part in parts if part not in {".", ".."})
    if found and found != f"/{plain}":
        msg = f"--base-path must be a path such as /conducive. Got {path[:80]!r}. Did you mean /{plain}?"
        raise InputError(msg)
    return found


def checked_hosts(names: list[str]) -> tuple[str, ...]:
    """Return names of hosts in lower case. Raises InputError for anything but a plain name or address."""
    for name in names:
        if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", name):
            plain = re.sub(r"^\w+://", "", name).partition("/")[0].partition(":")[0].lstrip("*.")
            msg = f"--trust-host must be the name of one host, without scheme or port. Got {name[:80]!r}."
            raise InputError(msg + (f" Did you mean {plain}?" if plain else ""))
    return tuple(name.lower() for name in names)


def own_addresses() -> list[str]:
    """Return addresses of this machine, the one that others are likeliest to reach first: that of its way out."""
    found = []
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way_out:
        way_out.connect(("192.0.2.1", 9))  # an address for documentation; nothing is sent
        found.append(str(way_out.getsockname()[0]))
    with suppress(OSError):
        found += sorted(str(one.ip) for adapter in ifaddr.get_adapters() for one in adapter.ips if one.is_IPv4)
    reached = [address for address in dict.fromkeys(found) if not address.startswith(("127.", "169.254."))]
    return reached or [socket.gethostname()]
