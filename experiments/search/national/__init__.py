"""What does a scenario lead to in every English authority?

Read `plan` (what is asked, of which authorities, living through it, and who comes where), then `text` and `figures`.
"""
