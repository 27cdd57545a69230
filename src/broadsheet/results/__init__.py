"""What papers made, and what they claim to achieve."""
