"""What is asked, how is it written down, and what comes of it?

Read `asked` (what a page can be asked), then `documents` (scenarios as files, and back), `address` (what is asked as
text for an address, and back), `scripts` (the same as Python and as a command), `sliders`, `places` and `sweeping`
(inputs, places and axes as people read and type them), `choice` (what a visitor chooses to compare) and `answers` (what
comes of it, from the runs that visitors share).
"""
