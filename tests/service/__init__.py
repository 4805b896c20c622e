"""The service as it runs."""
