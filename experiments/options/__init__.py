"""Which of a few options is best, and how surely? Read `options` (what is compared), then `text` (what is said)."""
