"""The rules of tidy, by what they look at."""
