"""How is a comparison chosen, shown and taken away?"""
