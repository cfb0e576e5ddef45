"""How often the findings and reports are right, measured against a truth file."""
