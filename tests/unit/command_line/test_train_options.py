"""Models, settings and splits on the command line."""

from __future__ import annotations

import json

import pytest

from crm_ai.command_line.parser import run_command

SAMPLE = "sample_data/telephone_customers.csv"


def answer(capsys, *options):
    status = run_command(["train", SAMPLE, "--json", *options])
    said = capsys.readouterr()
    return status, json.loads(said.out) if status == 0 else said.err


def test_settings_and_a_record(capsys, tmp_path):
    status, said = answer(
        capsys, "--models", "decision_tree,gradient_boosting", "--set", "decision_tree.depth=3",
        "--set", "gradient_boosting.rate=0.1", "--record", str(tmp_path / "run.json"),
    )  # fmt: skip
    assert status == 0
    assert said["models"]["decision_tree"]["settings"]["depth"] == 3
    assert said["models"]["gradient_boosting"]["settings"]["rate"] == 0.1
    for name in ("decision_tree", "gradient_boosting"):
        sizes = [row["mean_absolute"] for row in said["models"][name]["drivers"]]
        assert sizes == sorted(sizes, reverse=True)
        assert sizes[0] > 0
    assert json.loads((tmp_path / "run.json").read_text())["digest"] == said["digest"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--set", "decision_tree.depth=99"), "cannot have depth = 99"),
        (("--set", "neural_network.layers=16"), "sets nothing of a model that is trained"),
        (("--split", "alphabet:name"), "no way to divide customers"),
        (("--split", "random:name"), "no way to divide customers"),
        (("--split", "time:no such column"), "no such column"),
    ],
)
def test_what_is_not_on_offer_is_refused_kindly(capsys, options, words):
    status, said = answer(capsys, *options)
    assert status != 0
    assert words in said
    assert "Traceback" not in said
