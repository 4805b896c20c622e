"""What administrators copy to their machine."""
