"""A model put to work on a Dask cluster, where one machine is too small."""

from crm_ai.deployment.cluster.auditing import examine_on_cluster
from crm_ai.deployment.cluster.connection import ADDRESS, Cluster, connected, versions
from crm_ai.deployment.cluster.explaining import ExplainedCustomers, ReasonWishes, explain_on_cluster
from crm_ai.deployment.cluster.parts import check_output
from crm_ai.deployment.cluster.scoring import score_on_cluster

__all__ = [
    "ADDRESS",
    "Cluster",
    "ExplainedCustomers",
    "ReasonWishes",
    "check_output",
    "connected",
    "examine_on_cluster",
    "explain_on_cluster",
    "score_on_cluster",
    "versions",
]
