"""Every kind of order, one file for those that are alike; each a function of the scene."""

from collections.abc import Mapping

from smartforge.planners.offline.followup.kinds import (
    adding,
    choices,
    lists,
    login,
    operations,
    removing,
    renaming,
    shaping,
    titles,
    together,
)
from smartforge.planners.offline.followup.state import Edit

EDITS: Mapping[str, Edit] = {
    "title": titles.title,
    "describe": titles.describe,
    "no_accounts": login.no_accounts,
    "open_all": login.open_all,
    "need_login": login.need_login,
    "need_login_all": login.need_login_all,
    "public": login.public,
    "page_size": lists.page_size,
    "paginate": lists.paginate,
    "narrow": lists.narrow,
    "sort": lists.sort,
    "unlist": lists.unlist,
    "without_action": operations.without_action,
    "only_actions": operations.only_actions,
    "with_action": operations.with_action,
    "rename": renaming.rename,
    "unique_per": together.unique_per,
    "unique_together": together.unique_together,
    "lift": shaping.lift,
    "drop_choice": choices.drop_choice,
    "remove_rule": removing.remove_rule,
    "remove": removing.remove,
    "add_choice": choices.add_choice,
    "choices": choices.choices,
    "default": shaping.default,
    "shape": shaping.shape,
    "unique_by": shaping.unique_by,
    "add_relation_known": adding.add_relation_known,
    "add_relation": adding.add_relation,
    "add_field": adding.add_field,
}
