"""Candidates, approvals and champions, and a log of everything that was decided."""

from crm_ai.deployment.registry.acts import promote, roll_back, step_down, withdraw
from crm_ai.deployment.registry.approving import approve, decisions
from crm_ai.deployment.registry.audit_log import Entry, read_log, verify_log
from crm_ai.deployment.registry.champions import Champion, champion, current_version, open_version
from crm_ai.deployment.registry.checklist import Answer, Item, question, reason_and_answers
from crm_ai.deployment.registry.comparing import (
    AgainstChampion,
    against_champion,
    compare_with,
    compare_with_champion,
    same_model,
    same_question,
)
from crm_ai.deployment.registry.elsewhere import check_record, judge_elsewhere
from crm_ai.deployment.registry.finding import find_version, list_names, list_versions
from crm_ai.deployment.registry.mlflow_server import Published
from crm_ai.deployment.registry.publishing import PublishingStep, publish, publishing_step
from crm_ai.deployment.registry.registering import register
from crm_ai.deployment.registry.registry import Registry, open_registry
from crm_ai.deployment.registry.reigns import Reign, at_work_since, former_champion, reigns
from crm_ai.deployment.registry.remembering import Arrived, join_arrived, remember
from crm_ai.deployment.registry.role_list import RoleList, read_role_list
from crm_ai.deployment.registry.roles import LOCAL_USER, Act, Person, Role, may, may_write, require
from crm_ai.deployment.registry.setting_aside import SetAside, count_again, list_set_aside, set_aside
from crm_ai.deployment.registry.signed_in import person_of
from crm_ai.deployment.registry.tables import APPROVED
from crm_ai.deployment.registry.upkeep import collect_orphans, find_faults
from crm_ai.deployment.registry.versions import Version, model_name
from crm_ai.deployment.registry.vocabulary import (
    alias_in_words,
    person_in_words,
    standing_in_words,
    state_in_words,
)
from crm_ai.deployment.registry.weeks import RegistryStore, batches_of, registered_on

__all__ = [
    "APPROVED",
    "LOCAL_USER",
    "Act",
    "AgainstChampion",
    "Answer",
    "Arrived",
    "Champion",
    "Entry",
    "Item",
    "Person",
    "Published",
    "PublishingStep",
    "Registry",
    "RegistryStore",
    "Reign",
    "Role",
    "RoleList",
    "SetAside",
    "Version",
    "against_champion",
    "alias_in_words",
    "approve",
    "at_work_since",
    "batches_of",
    "champion",
    "check_record",
    "collect_orphans",
    "compare_with",
    "compare_with_champion",
    "count_again",
    "current_version",
    "decisions",
    "find_faults",
    "find_version",
    "former_champion",
    "join_arrived",
    "judge_elsewhere",
    "list_names",
    "list_set_aside",
    "list_versions",
    "may",
    "may_write",
    "model_name",
    "open_registry",
    "open_version",
    "person_in_words",
    "person_of",
    "promote",
    "publish",
    "publishing_step",
    "question",
    "read_log",
    "read_role_list",
    "reason_and_answers",
    "register",
    "registered_on",
    "reigns",
    "remember",
    "require",
    "roll_back",
    "same_model",
    "same_question",
    "set_aside",
    "standing_in_words",
    "state_in_words",
    "step_down",
    "verify_log",
    "withdraw",
]
