"""Watch a model at work: counts of each batch, drift, outcomes that arrive later, alerts and advice."""

from crm_ai.deployment.watching.advice import Advice, Step, advise
from crm_ai.deployment.watching.alert import Alert, Concern
from crm_ai.deployment.watching.batch import Batch, make_batch
from crm_ai.deployment.watching.causes import Cause
from crm_ai.deployment.watching.cell_words import Moved, cell_names, moved_most
from crm_ai.deployment.watching.counting import profile_of
from crm_ai.deployment.watching.drift import Drift, Level, drift
from crm_ai.deployment.watching.joined import Joined
from crm_ai.deployment.watching.keys import KeyedScores, keyed_scores, workspace_secret
from crm_ai.deployment.watching.observing import Observation, observe
from crm_ai.deployment.watching.outcomes import Outcomes, join_outcomes, judge_batch, read_outcomes
from crm_ai.deployment.watching.over_weeks import GroupsOverWeeks, groups_over_weeks, measured, stability
from crm_ai.deployment.watching.performance import Performance, segment_in_words
from crm_ai.deployment.watching.recording import look_at, record
from crm_ai.deployment.watching.store import FolderStore, Store, by_week, codes_of
from crm_ai.deployment.watching.summary import headline_figure, in_short
from crm_ai.deployment.watching.watch import Watch, watch
from crm_ai.modeling.profile import Profile

__all__ = [
    "Advice",
    "Alert",
    "Batch",
    "Cause",
    "Concern",
    "Drift",
    "FolderStore",
    "GroupsOverWeeks",
    "Joined",
    "KeyedScores",
    "Level",
    "Moved",
    "Observation",
    "Outcomes",
    "Performance",
    "Profile",
    "Step",
    "Store",
    "Watch",
    "advise",
    "by_week",
    "cell_names",
    "codes_of",
    "drift",
    "groups_over_weeks",
    "headline_figure",
    "in_short",
    "join_outcomes",
    "judge_batch",
    "keyed_scores",
    "look_at",
    "make_batch",
    "measured",
    "moved_most",
    "observe",
    "profile_of",
    "read_outcomes",
    "record",
    "segment_in_words",
    "stability",
    "watch",
    "workspace_secret",
]
