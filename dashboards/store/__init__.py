"""What is kept of classes and games?"""
