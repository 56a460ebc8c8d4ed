"""Which sets of coefficients does the evidence leave?

Read `targets` (measured levels of use), then `constraints` (all that a set is held to), `emulator` (what stands in for
the model between waves), `calibration` (the waves).
"""
