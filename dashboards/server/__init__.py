"""How do pages reach people, and who is let in?"""
