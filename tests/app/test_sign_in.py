"""Sign-in: who is let in, as what, and what everybody else sees."""

from __future__ import annotations

import time

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from crm_ai.app import secrets_file
from crm_ai.deployment.registry import Person, Role, may_write
from tests.app.driving import ROOT, assert_sound, go, upload, words

SIGN_IN = "Please sign in"
PROVIDER = {
    "client_id": "crm_ai", "client_secret": "secret",
    "server_metadata_url": "https://id.example.com/.well-known/openid-configuration",
}  # fmt: skip
AUTH = {"redirect_uri": "https://crm.example.com/oauth2callback", "cookie_secret": "0123456789abcdef" * 2} | PROVIDER
ROLES = {"approver": ["ann@example.com"], "analyst": ["bob@example.com"]}


@pytest.fixture(autouse=True)
def just_started(monkeypatch):
    """No secrets file has been seen yet."""
    monkeypatch.setattr(secrets_file, "_asked_for", set())


@pytest.fixture
def come():
    """Somebody comes to the app, with these secrets, as this person."""

    def come(email="", *, auth=AUTH, roles=ROLES, query=None, **claims) -> AppTest:
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        at.secrets["auth"] = auth
        if roles is not None:
            at.secrets["roles"] = roles
        known = {
            "is_logged_in": True,
            "email": email,
            "email_verified": True,
            "iss": "https://id.example.com",
            "sub": email,
            "iat": time.time(),
        }
        at.session_state["visitor"] = "the same browser"
        at.user = known | claims if email else {"is_logged_in": False}
        for name, value in (query or {}).items():
            at.query_params[name] = value
        return at.run()

    return come


def test_nobody_sees_a_page_before_signing_in(come):
    at = come(query={"data": "sample:telephone_customers"})
    assert_sound(at)
    assert at.title[0].value == SIGN_IN
    assert [b.label for b in at.button] == ["Sign in"]
    assert not at.file_uploader
    go(at, "data")
    assert at.title[0].value == SIGN_IN
    assert "telephone" not in words(at)


def test_a_button_for_each_provider(come):
    shared = {name: AUTH[name] for name in ("redirect_uri", "cookie_secret")}
    at = come(auth=shared | {"okta": PROVIDER, "microsoft": PROVIDER})
    assert [b.label for b in at.button] == ["Sign in with Okta", "Sign in with Microsoft"]


def test_the_entrance_speaks_the_chosen_language(come):
    at = come(query={"language": "zh"})
    assert_sound(at)
    assert next(radio for radio in at.radio if radio.key == "language").value == "zh"


@pytest.mark.parametrize(
    ("email", "role"), [("ann@example.com", "approver"), ("bob@example.com", "analyst"), ("eve@example.com", "viewer")]
)
def test_every_page_says_who_has_signed_in_and_as_what(come, email, role):
    at = come(email, name="Any One")
    assert at.title[0].value == "What can I do here?"
    shown = words(at).replace("\\", "").replace("\u2060", "")
    assert f"You have signed in as **{email}**." in shown
    assert f"As an {role} you may" in shown or f"As a {role} you may" in shown


def test_the_deploy_page_says_what_the_person_may_do(come, churn_csv):
    at = upload(come("bob@example.com"), churn_csv)
    go(at, "train").button(key="train").click().run()
    go(at, "deploy")
    assert_sound(at)
    said = [caption.value.replace("\\", "").replace("\u2060", "") for caption in at.caption]
    assert any(c.startswith("You have signed in as **bob@example.com**. As an analyst you may register") for c in said)
    assert "Nobody signs in here" not in words(at)


def test_a_name_of_ones_own_choice_is_shown_as_text_and_counts_for_nothing(come):
    at = come("eve@example.com", name="**ann@example.com**, approver \u202e\n" + "x" * 300)
    assert_sound(at)
    shown = words(at)
    assert "As a viewer" in shown
    assert "As an approver" not in shown


def test_only_viewers_may_not_write_scores_into_a_database():
    may = {role.value: may_write(Person("ann@example.com", role)) for role in Role}
    assert may == {"viewer": False, "analyst": True, "approver": True}


def test_signing_out_leads_back_to_the_entrance(come):
    at = come("ann@example.com")
    next(b for b in at.button if b.key == "sign_out").click().run()
    at.run()
    assert_sound(at)
    assert at.title[0].value == SIGN_IN


def test_whoever_is_not_let_in_reads_why_and_may_sign_in_as_somebody_else(come):
    at = come("eve@example.com", roles=ROLES | {"default": "nobody"})
    assert at.title[0].value == SIGN_IN
    assert "not on the list" in at.error[0].value
    assert [b.label for b in at.button] == ["Sign in", "Sign out"]


def test_an_old_sign_in_is_asked_for_again(come):
    at = come("ann@example.com", iat=time.time() - 13 * 3600)
    assert at.title[0].value == SIGN_IN
    assert "a while ago" in at.error[0].value


@pytest.mark.parametrize(
    ("auth", "roles", "said"),
    [
        (AUTH, {"aprover": ["ann@example.com"]}, "aprover"),
        (AUTH, {"default": "approver"}, "Not everybody"),
        (AUTH | {"cookie_secret": "xxx"}, ROLES, "at least 32 characters"),
        (AUTH | {"redirect_uri": "https://crm.example.com"}, ROLES, "oauth2callback"),
        (AUTH | {"client_id": ""}, ROLES, "missing"),
        ({}, ROLES, "oauth2callback"),
        ("yes", ROLES, "no section"),
        (AUTH | {"my_own": PROVIDER}, ROLES, "underscore"),
    ],
)
def test_a_configuration_that_is_not_right_lets_nobody_in(come, auth, roles, said):
    for email in ("", "ann@example.com"):
        at = come(email, auth=auth, roles=roles)
        assert not at.exception
        assert at.title[0].value == "Signing in is not set up right"
        assert said in at.error[0].value.replace("\\", "")
        assert not at.file_uploader
        assert "sign_in_" not in [b.key for b in at.button]


def test_roles_without_sign_in_make_nobody_the_local_user(visit):
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    at.secrets["roles"] = ROLES
    at.run()
    assert "nobody can sign in" in at.error[0].value
    assert not at.file_uploader


def test_a_secrets_file_that_cannot_be_read_or_goes_away_lets_nobody_in(visit, come, monkeypatch, tmp_path):
    broken = tmp_path / "secrets.toml"
    broken.write_text("[auth\n")
    monkeypatch.setattr(st, "get_option", lambda name: [str(broken)] if name == "secrets.files" else None)
    at = visit()
    assert "cannot be read" in at.error[0].value
    assert not at.file_uploader
    broken.unlink()
    assert visit().file_uploader
    come("ann@example.com")
    at = visit()
    assert "nobody can sign in" in at.error[0].value
    assert not at.file_uploader


def test_without_sign_in_nothing_is_asked_and_no_secrets_are_missed(visit, caplog):
    at = visit("data", data="sample:telephone_customers")
    assert not [b for b in at.button if b.key == "sign_out"]
    assert not at.error
    assert not at.warning
    assert not [record for record in caplog.records if "secret" in record.getMessage().lower()]


@pytest.mark.parametrize(("url", "cautions"), [("http://localhost:8501/", 0), ("http://crm.example.com/deploy", 1)])
def test_without_sign_in_the_page_says_so_and_cautions_where_others_can_decide(url, cautions):
    def page():
        from crm_ai.app import signing_in as at_the_door

        at_the_door.say_who(at_the_door.person())

    at = AppTest.from_function(page, default_timeout=60)
    at.context = {"url": url}
    at.run()
    assert "Nobody signs in here" in at.caption[0].value
    assert len(at.warning) == cautions


def test_recent_work_belongs_to_the_person_and_not_to_the_browser(come, churn_csv):
    at = come("ann@example.com")
    upload(at, churn_csv, "june.csv")
    assert "june\\.csv" in words(go(at, "home"))
    assert "june\\.csv" not in words(come("bob@example.com"))
    assert "june\\.csv" in words(come("ANN@example.com"))
