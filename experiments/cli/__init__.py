"""The same, asked from a terminal: `app` (the commands), `cards` (what look-ups show), `benchmark`."""
