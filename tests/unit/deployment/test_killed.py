"""A process that is killed while it saves leaves no half-written file that later loads."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import numpy as np

from crm_ai.deployment import load_model
from crm_ai.modeling import propose_problem, read_record, save_record, train
from crm_ai.table import read_table

SAMPLE = "sample_data/telephone_customers.csv"
SAVING = """
import sys
from crm_ai.deployment import load_model, save_model
from crm_ai.modeling import read_record, propose_problem, save_record, train
from crm_ai.table import read_table
folder = sys.argv[1]
table = read_table("sample_data/telephone_customers.csv")
run = train(table, propose_problem(table).problem, ["decision_tree"])
print("saving", flush=True)
while True:
    save_model(run.model("decision_tree"), f"{folder}/model.crm")
    save_record(run, f"{folder}/run.json")
"""


def test_killed_in_mid_save(tmp_path):
    table = read_table(SAMPLE)
    run = train(table, propose_problem(table).problem, ["decision_tree"])
    save_record(run, tmp_path / "run.json")
    draw = np.random.default_rng(0)
    for _turn in range(4):
        process = subprocess.Popen([sys.executable, "-c", SAVING, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "saving\n"
        time.sleep(float(draw.uniform(0.0, 0.4)))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        if (tmp_path / "model.crm").exists():
            model = load_model(tmp_path / "model.crm")
            assert np.array_equal(model.predict(run.holdout_frame), run.predictions["decision_tree"])
        assert read_record(tmp_path / "run.json")["digest"] == run.digest
    assert {path.name for path in tmp_path.glob("[!.]*")} <= {"model.crm", "run.json"}
