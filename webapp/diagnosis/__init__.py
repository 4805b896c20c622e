"""What is wrong with an installation, and what to do about it: `ruche doctor`, and the page « Diagnostic »."""

from webapp.diagnosis.diagnosis_page import diagnosis_blueprint

__all__ = ["diagnosis_blueprint"]
