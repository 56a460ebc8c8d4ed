"""How is *Keep it alive* played?"""
