"""Adds batches with codes, and outcomes, in child processes that are killed with SIGKILL; prints what became of it.

python killed_weeks.py URL FOLDER KILLS
"""

import json
import os
import random
import sys
from datetime import date
from itertools import count
from pathlib import Path

from sqlalchemy import Connection

from crm_ai.deployment.registry import RegistryStore, list_versions, open_registry, register, remember, weeks
from crm_ai.deployment.watching import join_outcomes, profile_of
from crm_ai.table import table_from_frame
from tests.unit.deployment.registry.conftest import customers, trained
from tests.unit.deployment.registry.killed_process import child, die, kill_in_mid_work, seconds_of


def half_done(store):
    """Batches that have codes of fewer customers than they count, or none."""
    return [batch.name for batch in store.batches() if (found := store.keyed(batch)) is None or len(found.codes) != 200]


def main(url, folder, kills):
    random.seed(7)
    run = trained(customers(200), "decision_tree")
    model, numbers = run.model("decision_tree"), count()
    frame = customers(200, seed=3).assign(id=[f"c{place}" for place in range(200)])
    table = table_from_frame(frame)

    def opening():
        return open_registry(url, Path(folder) / "files")

    def store_of(registry):
        return RegistryStore(registry, Path(folder) / "secret")

    def add(registry):
        (version,) = list_versions(registry)
        name, place = f"{os.getpid()} {next(numbers)}", store_of(registry)
        remember(registry, version, model, table, name=name, day=date(2026, 3, 2), key="id", store=place)

    def join(registry):
        place = store_of(registry)
        batch = place.batches()[0]
        place.add_outcomes(
            join_outcomes(
                batch,
                place.keyed(batch),
                table,
                key="id",
                profile=profile_of(model),
                secret=place.secret(),
                known=date(2026, 6, 1),
            )
        )

    registry = opening()
    register(run, "decision_tree", registry, name="churn", note="try")
    add(registry)
    registry.engine.dispose()

    def dying_at(owner, name, act):
        def work():
            registry = opening()
            setattr(owner, name, lambda *_given, **_named: die())
            act(registry)

        return work

    problems = []
    for owner, name, act in ((weeks, "insert", add), (Connection, "_commit_impl", add), (weeks, "insert", join)):
        os.waitpid(child(dying_at(owner, name, act)), 0)
        registry = opening()
        problems += half_done(store_of(registry))
        registry.engine.dispose()
    registry = opening()
    unchanged = len(store_of(registry).batches()) == 1 and not store_of(registry).outcomes()
    registry.engine.dispose()
    for act in (add, join):
        registry = opening()
        seconds = sorted(seconds_of(act, registry) for _turn in range(5))[2]
        registry.engine.dispose()
        for _turn in range(kills):
            kill_in_mid_work(opening, act, 8 * seconds)
    store = store_of(opening())
    problems += half_done(store)
    told = {
        "problems": problems,
        "unchanged": unchanged,
        "batches": len(store.batches()),
        "judged": len(store.outcomes()),
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
