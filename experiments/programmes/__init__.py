"""A programme for a whole sector, lived many times, alone or beside another: `runs` lives, `text` says it."""
