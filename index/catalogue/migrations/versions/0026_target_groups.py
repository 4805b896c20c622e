"""Tags of a facet came, « public visé », at which the versions before stop with an error: they must refuse them all."""

from __future__ import annotations

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Bring the number forward, by which an earlier version says in a sentence that it is too old; no table changes."""


def downgrade() -> None:
    """Bring the number back; what earlier versions cannot read goes with the backup that is restored."""
