"""One module an engine; each engine's library is named in its own module only."""
