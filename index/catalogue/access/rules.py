"""Groups, and the folders that only some groups see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from index.accounts import AuditAction, FolderRule, Group, GroupInUseError, GroupUnknownError, normalise_folder
from index.catalogue.access_tables import FolderRuleRow, GroupRow, MembershipRow
from index.catalogue.audience import find_held, update_audiences, update_removed_audiences
from index.catalogue.queries import is_in_folder
from index.catalogue.tables import DocumentRow, LocationRow
from index.catalogue.visibility import read_folder_rules
from index.catalogue.writing import begin_write, record_action
from index.model import ANIMATORS, MEMBERS

if TYPE_CHECKING:
    from sqlalchemy import Engine


BUILT_IN_GROUPS = (Group(MEMBERS, "tous les membres"), Group(ANIMATORS, "l’équipe d’animation"))
"""Groups that follow from the role of an account: they need no membership."""


def read_group_names(session: Session) -> frozenset[str]:
    """The names of the groups that were created."""
    return frozenset(session.scalars(select(GroupRow.name)))


def check_groups(session: Session, groups: frozenset[str], *, built_in: bool = False) -> None:
    """Raise GroupUnknownError for a group that does not exist."""
    known = read_group_names(session) | ({each.name for each in BUILT_IN_GROUPS} if built_in else set())
    if unknown := sorted(groups - known):
        raise GroupUnknownError(f"Le groupe « {unknown[0]} » n’existe pas : créez-le d’abord.")


class AccessRules:
    """Groups and folder rules. A rule and the audiences that it changes are written in one transaction."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def list_groups(self) -> tuple[Group, ...]:
        """The groups that were created, by label."""
        with Session(self._database) as session:
            rows = session.scalars(select(GroupRow))
            return tuple(sorted((Group(row.name, row.label) for row in rows), key=lambda each: each.label.casefold()))

    def save_group(self, group: Group, by: str) -> None:
        """Create a group, or change its label. Raises GroupInUseError for the name of a built-in group."""
        if group.name in {each.name for each in BUILT_IN_GROUPS}:
            # The names of the built-in groups are what audiences hold: a group of that name would see what they see.
            raise GroupInUseError(f"Le groupe « {group.name} » existe déjà d’office : choisissez un autre nom.")
        with begin_write(self._database) as session:
            session.merge(GroupRow(name=group.name, label=group.label))
            record_action(session, AuditAction.GROUP_CHANGED, by, group.name, group.label)

    def delete_group(self, name: str, by: str) -> None:
        """Delete a group. Raises GroupUnknownError where there is none.

        Raises GroupInUseError where a folder is reserved for it: deleting the group must not open the folder's
        documents.
        """
        with begin_write(self._database) as session:
            folder = session.scalars(select(FolderRuleRow.folder).where(FolderRuleRow.group == name).limit(1)).first()
            if folder is not None:
                raise GroupInUseError(f"Le dossier « {folder} » est réservé à ce groupe : changez d’abord sa règle.")
            # Documents are not concerned: no rule names the group any more.
            session.execute(delete(MembershipRow).where(MembershipRow.group == name))
            if session.scalars(delete(GroupRow).where(GroupRow.name == name).returning(GroupRow.name)).first() is None:
                raise GroupUnknownError("Ce groupe n’existe pas, ou n’existe plus.")
            record_action(session, AuditAction.GROUP_CHANGED, by, name)

    def list_folder_rules(self) -> tuple[FolderRule, ...]:
        """The folder rules, by path."""
        with Session(self._database) as session:
            return tuple(FolderRule(folder, groups) for folder, groups in sorted(read_folder_rules(session).items()))

    def save_folder_rule(self, rule: FolderRule, by: str) -> int:
        """Show a folder to some groups only; gives how many documents changed their audience.

        Raises GroupUnknownError, also where no group is named, as nobody could see the folder.
        """
        if not rule.groups:
            raise GroupUnknownError("Choisissez au moins un groupe qui verra ce dossier.")
        return self._replace_rule(rule, by)

    def delete_folder_rule(self, folder: str, by: str) -> int:
        """Delete a folder's rule: the folder is seen as its parent is.

        Gives how many documents changed their audience.
        """
        return self._replace_rule(FolderRule(folder, frozenset()), by)

    def _replace_rule(self, rule: FolderRule, by: str) -> int:
        folder = normalise_folder(rule.folder)
        with begin_write(self._database) as session:
            check_groups(session, rule.groups, built_in=True)
            session.execute(delete(FolderRuleRow).where(FolderRuleRow.folder == folder))
            # No groups, no row: that deletes the rule.
            session.add_all(FolderRuleRow(folder=folder, group=group) for group in sorted(rule.groups))
            session.flush()
            record_action(session, AuditAction.FOLDER_CHANGED, by, folder, ", ".join(sorted(rule.groups)))
            # Folders below may have rules of their own: those documents are looked at too, and stay as they are.
            gone = DocumentRow.removed.is_not(None) & is_in_folder(DocumentRow.last_path, folder)
            update_removed_audiences(session, session.scalars(select(DocumentRow.id).where(gone)).all())
            concerned = _find_documents_in(session, folder)
            # Whoever makes a rule agrees to what it shows, save the documents that wait for an agreement of their own.
            agreed = set(concerned) - find_held(session, concerned)
            return update_audiences(session, concerned, agreed=agreed)


def _find_documents_in(session: Session, folder: str) -> list[str]:
    places = select(LocationRow.document_id).where(LocationRow.document_id.is_not(None)).distinct()
    return [id_ for id_ in session.scalars(places.where(is_in_folder(LocationRow.path, folder))) if id_]
