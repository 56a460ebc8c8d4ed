"""Of what are pages made?

Read `html` (elements, buttons, messages), then `theme` (colours, and the style sheet), `page` (a page as it is sent),
`glossary` (terms explained where they stand), `address_bar` (what a page asks, held by its address), `progress` and
`download` (work that takes a while), `fields`, `upload`, `sorted_table` and `chart` (what is drawn in the browser, each
beside its .vue).
"""
