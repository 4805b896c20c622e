"""OpenSearch, the engine for those who outgrow one machine."""
