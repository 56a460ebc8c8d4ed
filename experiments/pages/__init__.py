"""The documents that are built: `reference`, `odd` with its `curves`, `report` (validation), `levels`."""
