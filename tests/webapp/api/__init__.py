"""The API, called and served."""
