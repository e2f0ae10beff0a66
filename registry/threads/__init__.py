"""What the two parties say to each other about an alert or a request, and the files they show."""
