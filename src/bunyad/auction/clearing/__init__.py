"""What a clearing gives and how it is made."""
