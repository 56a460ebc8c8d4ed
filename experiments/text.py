"""Plain English."""
def say_run(e): return ""
def say_comparison(c): return ""
