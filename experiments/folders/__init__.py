"""What makes a run the same run, and how is it kept?

Read `identity` (what decides the numbers), then `folder` (written all at once, never over a different one).
"""
