"""What the layout promises: faces, floors, and recipes that hold."""
