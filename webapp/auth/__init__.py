"""Who sends a request, and what they may see and do; sign-in, rate limits, and one's own account."""

from webapp.auth.confirmation import find_confirmation_error, must_identify_anew
from webapp.auth.identity import (
    account_name,
    act_for,
    client_network,
    current_account_id,
    current_groups,
    current_person,
    current_session_number,
    current_viewed_role,
    current_viewer,
    groups_for_delivery,
    identify_in_advance,
    install_access_guard,
    install_identity,
    requires_accounts,
    safe_redirect_address,
)
from webapp.auth.own_account import account_blueprint
from webapp.auth.owner import current_owner, install_browser_key, name_voter
from webapp.auth.permissions import (
    find_document_or_404,
    find_event_or_404,
    find_file_or_404,
    may_administrate,
    may_animate,
    personal_data_groups,
    require_animator,
    require_person,
    restrict_to_accounts,
    restrict_to_administrators,
    restrict_to_animators,
)
from webapp.auth.rate_limits import install_rate_limits
from webapp.auth.sign_in import sign_in_blueprint
from webapp.auth.single_sign_on import check_identity_provider, install_identity_provider, single_sign_on_blueprint
from webapp.auth.viewing import ViewedRole, start_viewing, stop_viewing

__all__ = [
    "ViewedRole",
    "account_blueprint",
    "account_name",
    "act_for",
    "check_identity_provider",
    "client_network",
    "current_account_id",
    "current_groups",
    "current_owner",
    "current_person",
    "current_session_number",
    "current_viewed_role",
    "current_viewer",
    "find_confirmation_error",
    "find_document_or_404",
    "find_event_or_404",
    "find_file_or_404",
    "groups_for_delivery",
    "identify_in_advance",
    "install_access_guard",
    "install_browser_key",
    "install_identity",
    "install_identity_provider",
    "install_rate_limits",
    "may_administrate",
    "may_animate",
    "must_identify_anew",
    "name_voter",
    "personal_data_groups",
    "require_animator",
    "require_person",
    "requires_accounts",
    "restrict_to_accounts",
    "restrict_to_administrators",
    "restrict_to_animators",
    "safe_redirect_address",
    "sign_in_blueprint",
    "single_sign_on_blueprint",
    "start_viewing",
    "stop_viewing",
]
