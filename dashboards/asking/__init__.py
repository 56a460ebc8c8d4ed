"""What does a page ask, how is it written down, and what is kept of the answers?"""
