"""The commands that the page gives, as bash and cron understand them."""

import subprocess

import pytest

from crm_ai.app.at_work import commands

NAMES = ["churn", 'it\'s 100 % "yes"!', "a\\!b `id` $HOME $(id)", "流失 %F", "!!", "*"]


def given(command):
    """What bash hands to a program."""
    shell = ["bash", "-c", f"python() {{ printf '%s\\0' \"$@\"; }}; {command}"]
    return subprocess.run(shell, check=True, capture_output=True, text=True).stdout.split("\0")[:-1]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_one_word_to_the_shell(name):
    first, _blank, _cron = commands(name).split("\n")
    want = ["-m", "crm_ai", "drift", "--champion", name, "new_customers.csv", "--keep-keys", "--key", "customerID"]
    assert given(first) == want


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_one_word_to_cron(name):
    cron = commands(name).split("\n")[2].removeprefix("0 6 * * 1  ")
    assert "%" not in cron.replace(r"\%", ""), "cron makes new lines of them"
    command = cron.replace(r"\%", "%").partition(" >drift.txt")[0]
    words = given(command)
    assert words[:6] == ["-m", "crm_ai", "drift", "--champion", name, "new_customers.csv"]
    assert len(words[7]) == len("2026-03-31")
