"""What somebody else does in the same moment: no decision rests on what was true before it, and no alarm is false."""

from sqlalchemy import event

from crm_ai.deployment.registry import find_faults, register


def test_log_and_versions_are_read_in_one_transaction(registry, run):
    register(run, "decision_tree", registry, name="churn", note="n")
    begun = []
    event.listen(registry.engine, "begin", begun.append)
    assert find_faults(registry) == ()
    assert len(begun) == 1
