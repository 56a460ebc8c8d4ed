"""What does a scenario lead to in every English authority?

Read `plan` (what is asked, of which authorities, and living through it), then `ranks` (what comes out), `text` and
`figures`.
"""
