"""How do scenarios become runs and comparisons in folders, and are these what they say?"""
