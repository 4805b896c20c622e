"""What the community knows: documents, passages, tags, vocabulary, catalogue, search."""
