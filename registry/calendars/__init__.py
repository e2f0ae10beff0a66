"""What is due, and when: for a production, and as a calendar a person's own program reads."""
