"""Groups, and the folders that only some groups see."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from index.accounts import (
    AuditAction,
    FolderRule,
    FolderRuleUnknownError,
    Group,
    GroupInUseError,
    GroupUnknownError,
    normalise_folder,
)
from index.catalogue.access_tables import FolderRuleRow, GroupRow, InvitationRow, MembershipRow
from index.catalogue.audience import find_held, update_audiences, update_removed_audiences
from index.catalogue.documents import load_groups
from index.catalogue.inquiries import release_group
from index.catalogue.library_folders import find_documents_in_folders, find_removed_in_folders
from index.catalogue.queries import compute_etag, split_into_chunks
from index.catalogue.tables import LibraryFolderRow
from index.catalogue.visibility import read_folder_rules, read_rules_by_folder
from index.catalogue.writing import begin_write, record_action
from index.model import ANIMATORS, MEMBERS, normalise_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """What a rule changes: how many documents, and by group how many it comes to see, and how many no longer.

    `etag` stands for the documents that groups come to see, and these groups.
    """

    changed: int
    gained: Mapping[str, int]
    lost: Mapping[str, int]
    etag: str


class WiderRuleError(Exception):
    """A rule would show more than its author was told, `effect`; nothing was changed."""

    def __init__(self, effect: RuleEffect) -> None:
        super().__init__(effect)
        self.effect = effect


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
            # Another group of this name must not get the people who were invited to this one.
            for invitation in session.scalars(select(InvitationRow)):
                invitation.groups = [each for each in invitation.groups if each != name]
            # Nor what was asked among these.
            update_audiences(session, release_group(session, name))
            if session.scalars(delete(GroupRow).where(GroupRow.name == name).returning(GroupRow.name)).first() is None:
                raise GroupUnknownError("Ce groupe n’existe pas, ou n’existe plus.")
            record_action(session, AuditAction.GROUP_CHANGED, by, name)

    def list_folder_rules(self) -> tuple[FolderRule, ...]:
        """The folder rules, by path."""
        with Session(self._database) as session:
            return tuple(FolderRule(folder, groups) for folder, groups in sorted(read_rules_by_folder(session).items()))

    def save_folder_rule(
        self, rule: FolderRule, by: str, replaces: str = "", agreed_to: str | None = None
    ) -> RuleEffect:
        """Show a folder to some groups only; gives what that changed.

        A rule for the same folder, or for another spelling of its name, is replaced; so is the rule for `replaces`, a
        folder that is gone. A person agrees to what a rule shows by the ETag of its effect, `agreed_to`; without
        it nothing is asked. Raises WiderRuleError where the rule shows something else; GroupUnknownError for a group
        that does not exist, also where no group is named, as nobody could see the folder.
        """
        if not rule.groups:
            raise GroupUnknownError("Choisissez au moins un groupe qui verra ce dossier.")
        return self._write_rule(rule, by, replaces, agreed_to)

    def delete_folder_rule(self, folder: str, by: str, agreed_to: str | None = None) -> RuleEffect:
        """Delete a folder's rule: the folder is seen as its parent is. Gives and raises the same as saving one."""
        return self._write_rule(FolderRule(folder, frozenset()), by, "", agreed_to)

    def _write_rule(self, rule: FolderRule, by: str, replaces: str, agreed_to: str | None) -> RuleEffect:
        with begin_write(self._database) as session:
            if not rule.groups and not _find_rules_of(session, {normalise_path(normalise_folder(rule.folder))}):
                raise FolderRuleUnknownError(
                    f"Aucune règle ne porte sur « {rule.folder or '/'} » : elle a été retirée, ou a suivi son dossier. "
                    "Rien n’a changé : relisez la liste."
                )
            effect = self._replace_rule(session, rule, replaces)
            # Compared in the transaction that writes: documents may have come since the person read what it would show.
            if effect.gained and agreed_to not in {None, effect.etag}:
                raise WiderRuleError(effect)
            if replaces:
                record_action(session, AuditAction.FOLDER_CHANGED, by, replaces)
            folder = normalise_folder(rule.folder)
            record_action(session, AuditAction.FOLDER_CHANGED, by, folder, ", ".join(sorted(rule.groups)))
            return effect

    @staticmethod
    def _replace_rule(session: Session, rule: FolderRule, replaces: str) -> RuleEffect:
        check_groups(session, rule.groups, built_in=True)
        folder, in_force = normalise_folder(rule.folder), read_folder_rules(session)
        same = {normalise_path(folder), *([normalise_path(replaces)] if replaces else [])}
        former = _find_rules_of(session, same)
        session.execute(delete(FolderRuleRow).where(FolderRuleRow.folder.in_(former)))
        # No groups, no row: that deletes the rule.
        session.add_all(FolderRuleRow(folder=folder, group=group) for group in sorted(rule.groups))
        if replaces:
            # Should the lost folder come back under its old name, it is as reserved as before.
            lost = LibraryFolderRow.normal_path == normalise_path(replaces)
            session.execute(update(LibraryFolderRow).where(lost).values(moved_to=folder))
        session.flush()
        # A rule that finds its folder frees what was withheld for it.
        differing = in_force.find_differences(read_folder_rules(session))
        # Folders below may have rules of their own: those documents are looked at too, and stay as they are.
        folders = {folder, *former, *differing}
        update_removed_audiences(session, sorted(find_removed_in_folders(session, folders)))
        ids = sorted(find_documents_in_folders(session, folders))
        before = _read_audiences(session, ids)
        # Whoever makes a rule agrees to what it shows, save the documents that wait for an agreement of their own.
        changed = update_audiences(session, ids, agreed=set(ids) - find_held(session, ids))
        return _compare_audiences(before, _read_audiences(session, ids), changed)


def _find_rules_of(session: Session, folders: set[str]) -> list[str]:
    """The folders that have a rule, among those of these normal forms."""
    return [each for each in read_rules_by_folder(session) if normalise_path(each) in folders]


def _read_audiences(session: Session, document_ids: Sequence[str]) -> dict[str, frozenset[str]]:
    found = {id_: frozenset[str]() for id_ in document_ids}
    for chunk in split_into_chunks(document_ids):
        found |= {id_: frozenset(groups) for id_, groups in load_groups(session, chunk).items()}
    return found


def _compare_audiences(
    before: Mapping[str, frozenset[str]], after: Mapping[str, frozenset[str]], changed: int
) -> RuleEffect:
    # What all members see is nothing new to a group of them, nor lost to it.
    gained = {id_: after[id_] - groups for id_, groups in before.items() if MEMBERS not in groups}
    lost = Counter(group for id_, groups in after.items() if MEMBERS not in groups for group in before[id_] - groups)
    return RuleEffect(
        changed,
        Counter(group for groups in gained.values() for group in groups),
        lost,
        compute_etag(*((id_, groups) for id_, groups in sorted(gained.items()) if groups)),
    )
