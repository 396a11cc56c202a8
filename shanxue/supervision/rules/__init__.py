"""How duties are laid out for those who watch over them. Plain Python."""
