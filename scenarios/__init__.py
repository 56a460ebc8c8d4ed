"""What is asked: declared conditions and coefficients, scenarios and their files, dated events, real starting points.

Read `conditions` first (the 18 conditions and every other input), then `coefficients`; `declaration` says what an
input is. A `scenario` holds what differs from the defaults, with its `events`; `timeline` lays it out month by month.
`files`, `schema` and `tables` read and write TOML and keep the library; `workforce` starts from an authority's
published figures.
"""
