"""How does a class learn with the model?"""
