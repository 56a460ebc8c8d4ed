"""What does somebody take into a meeting? Read `export` (a file of any kind), `slide` (pictures), `embed` (pages)."""
