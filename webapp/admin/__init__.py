"""The administrators' pages: accounts and invitations, groups and reserved folders, the audit."""

from webapp.admin.audit_page import audit_blueprint
from webapp.admin.bulk_invitations import bulk_invitation_blueprint
from webapp.admin.group_pages import group_blueprint
from webapp.admin.members import member_blueprint

__all__ = ["audit_blueprint", "bulk_invitation_blueprint", "group_blueprint", "member_blueprint"]
