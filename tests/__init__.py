"""What Ruche promises, checked."""
