"""The administrators' pages: accounts and invitations, groups and reserved folders, the audit."""

from webapp.admin.audit_page import audit_blueprint
from webapp.admin.bulk_invitations import bulk_invitation_blueprint
from webapp.admin.group_pages import group_blueprint
from webapp.admin.members import member_blueprint
from webapp.admin.view_as import describe_view, viewing_blueprint

__all__ = [
    "audit_blueprint",
    "bulk_invitation_blueprint",
    "describe_view",
    "group_blueprint",
    "member_blueprint",
    "viewing_blueprint",
]
