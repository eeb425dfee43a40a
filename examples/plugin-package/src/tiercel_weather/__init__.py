"""Task types of a weather service that needs no network."""
