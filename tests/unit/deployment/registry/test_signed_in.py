"""From what an identity provider says, and the list of roles, to a person: nobody becomes an approver by accident."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm_ai.deployment.registry import LOCAL_USER, Person, Role, person_of, read_role_list
from crm_ai.errors import CrmAiError, RegistryError

NOW = 1_800_000_000
ANN = {"iss": "https://id.example.com", "sub": "1", "email": "ann@example.com", "email_verified": True, "iat": NOW - 60}
ROLES = {
    "approver": ["ann@example.com", "https://id.example.com#77"],
    "analyst": ["*@example.com", "ann@example.org"],
    "claim": "groups",
    "groups": {"crm approvers": "approver", "staff": "viewer"},
}


def seen(roles=ROLES, **claims):
    return person_of(ANN | claims, read_role_list(roles), now=NOW)


def without(*names):
    return person_of({k: v for k, v in ANN.items() if k not in names}, read_role_list(ROLES), now=NOW)


def test_whoever_is_listed_has_this_role_whatever_the_case_of_the_letters():
    assert seen() == Person("ann@example.com", Role.APPROVER)
    assert seen(email="ANN@Example.COM") == Person("ann@example.com", Role.APPROVER)


def test_an_address_of_which_nothing_is_said_counts_only_from_issuers_that_are_trusted():
    assert without("email_verified") == Person("https://id.example.com#1", Role.VIEWER)
    trusting = read_role_list(ROLES | {"trust_email_of": ["https://id.example.com"]})
    silent = {name: claim for name, claim in ANN.items() if name != "email_verified"}
    assert person_of(silent, trusting, now=NOW) == Person("ann@example.com", Role.APPROVER)
    assert person_of(silent | {"iss": "https://other.example"}, trusting, now=NOW).role is Role.VIEWER
    assert person_of(silent | {"email_verified": False}, trusting, now=NOW).role is Role.VIEWER


@pytest.mark.parametrize("word", [False, "false", None, 0, 1, "yes", []])
def test_an_address_that_is_not_verified_is_nobodys(word):
    assert seen(email_verified=word) == Person("https://id.example.com#1", Role.VIEWER)


@pytest.mark.parametrize(
    "email",
    [
        "ａnn@example.com", "ann@exampⅼe.com", "ann@example.com ", "ann@example.com\n", "x@y@example.com", "", 7, None,
        "ann\u200b@example.com", "https://id.example.com#77", "a" * 300 + "@example.com", "\x00@example.com",
        "女@example.com",
    ],
)  # fmt: skip
def test_what_only_looks_like_an_address_is_passed_over(email):
    assert seen(email=email).name == "https://id.example.com#1"
    assert seen(email=email).role is Role.VIEWER


def test_the_same_subject_of_another_issuer_is_somebody_else():
    assert seen(sub="77", email_verified=False).role is Role.APPROVER
    assert seen(sub="77", email_verified=False, iss="https://evil.example").role is Role.VIEWER
    assert seen(sub="example.com#77", email_verified=False, iss="https://id").role is Role.VIEWER
    with pytest.raises(RegistryError, match="does not say who you are"):
        seen(sub="77", email_verified=False, iss="https://id.example.com#https://id.example.com")


def test_a_domain_is_that_domain_and_none_below_it():
    assert seen(email="bob@example.com").role is Role.ANALYST
    assert seen(email="bob@sub.example.com").role is Role.VIEWER
    assert seen(email="bob@notexample.com").role is Role.VIEWER


def test_two_entries_for_one_person_give_the_lesser_role():
    assert seen(email="ann@example.org", sub="77").role is Role.ANALYST


def test_groups_give_the_greatest_role_and_a_name_goes_before_them():
    assert seen(email="eve@elsewhere.org", groups=["staff", "crm approvers"]).role is Role.APPROVER
    assert seen(email="eve@elsewhere.org", groups="staff").role is Role.VIEWER
    assert seen(email="ann@example.org", groups=["crm approvers"]).role is Role.ANALYST
    assert seen(email="eve@elsewhere.org", groups=[{"crm approvers": 1}, 3, None]).role is Role.VIEWER
    assert seen(email="eve@elsewhere.org", groups="crm approvers,staff").role is Role.VIEWER


def test_a_display_name_changes_nothing():
    for claim in ("name", "nickname", "preferred_username", "given_name"):
        assert seen(email="eve@elsewhere.org", **{claim: "ann@example.com"}) == Person("eve@elsewhere.org", Role.VIEWER)


def test_everybody_else_is_what_the_list_says():
    stranger = {"email": "eve@elsewhere.org"}
    assert seen({}, **stranger).role is Role.VIEWER
    assert seen({"default": "analyst"}, **stranger).role is Role.ANALYST
    with pytest.raises(RegistryError, match="not on the list"):
        seen({"default": "nobody", "viewer": ["ann@example.com"]}, **stranger)
    assert seen({"default": "nobody", "viewer": ["ann@example.com"]}).role is Role.VIEWER


@pytest.mark.parametrize(
    "claims",
    [{}, {"sub": ""}, {"sub": "\n"}, {"sub": "x" * 300}, {"sub": 7}, {"sub": "a\tb"}, {"iss": "id"}, {"iss": None}],
)
def test_whoever_cannot_be_named_is_refused_in_a_sentence(claims):
    nameless = {"iat": NOW} | ({"iss": "https://id.example.com", "sub": "1"} | claims if claims else {})
    with pytest.raises(RegistryError, match="does not say who you are"):
        person_of(nameless, read_role_list(ROLES), now=NOW)


def test_a_sign_in_does_not_hold_for_ever():
    assert seen({"again_after_hours": 1}, iat=NOW - 3600).role is Role.VIEWER
    for old in (NOW - 3601, None, "now", True, float("nan")):
        with pytest.raises(RegistryError, match="a while ago"):
            seen({"again_after_hours": 1}, iat=old)


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("approver", "no section"),
        (None, "no section"),
        ({"aprover": ["ann@example.com"]}, "“aprover” is no role"),
        ({"approver": "ann@example.com"}, "“approver” is no list"),
        ({"approver": [7]}, "nobody's name"),
        ({"approver": ["ann"]}, "nobody's name"),
        ({"approver": ["*"]}, "nobody's name"),
        ({"analyst": ["*@*"]}, "nobody's name"),
        ({"analyst": ["*@com"]}, "nobody's name"),
        ({"approver": ["*@example.com"]}, "more than one person"),
        ({"approver": ["ann@example.com"], "viewer": ["ANN@example.com"]}, "also stands under “viewer”"),
        ({"viewer": ["*@example.com"], "analyst": ["*@Example.com"]}, "also stands under “viewer”"),
        ({"default": "approver"}, "Not everybody"),
        ({"default": "admin"}, "a role that there is not"),
        ({"default": ["viewer"]}, "a role that there is not"),
        ({"claim": "groups"}, "belong together"),
        ({"groups": {"x": "viewer"}}, "belong together"),
        ({"claim": "groups", "groups": {"x": "root"}}, "a role that there is not"),
        ({"claim": ["groups"], "groups": {"x": "viewer"}}, "belong together"),
        ({"again_after_hours": 0}, "no number of hours"),
        ({"again_after_hours": "12"}, "no number of hours"),
        ({"again_after_hours": float("inf")}, "no number of hours"),
        ({"again_after_hours": float("nan")}, "no number of hours"),
    ],
)
def test_a_list_that_is_not_right_is_told_and_names_nobody(section, said):
    with pytest.raises(CrmAiError) as told:
        read_role_list(section)
    assert said in str(told.value)
    assert told.value.where == "[roles]"
    assert "ann@example.com" not in told.value.what.lower()


def test_writing_somebody_down_twice_under_one_role_is_no_mistake():
    roles = read_role_list({"approver": ["ann@example.com", "Ann@Example.com"], "viewer": []})
    assert roles.people == {"ann@example.com": Role.APPROVER}


def test_the_documents_example_is_a_list_and_its_placeholders_are_no_secret():
    text = (Path(__file__).parents[4] / "docs" / "deployment.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    said = tomllib.loads(block)
    roles = read_role_list(said["roles"])
    assert roles.people["ann@example.com"] is Role.APPROVER
    assert roles.people[said["roles"]["viewer"][0]] is Role.VIEWER
    assert roles.groups["crm-approvers"] is Role.APPROVER
    assert roles.default is None
    assert len(said["auth"]["cookie_secret"]) < 32  # refused if somebody copies it as it is


anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(alphabet="a@.\n#*女", max_size=9),
    st.lists(st.just("x"), max_size=3),
    st.sampled_from(["ann@example.com", "ANN@EXAMPLE.COM", "ann@EXAMPLE.com\u200b", "crm approvers", "approver", "true",
                     "https://id.example.com", "77", "https://id.example.com#77", "*@example.com", "bob@example.com"]),
    st.lists(st.sampled_from(["crm approvers", "CRM approvers", "staff", "approver"]), max_size=3),
)  # fmt: skip
names = st.sampled_from(["iss", "sub", "email", "email_verified", "groups", "name", "role", "roles", "approver", "iat"])


@given(claims=st.dictionaries(names, anything, max_size=10))
@example(claims={"email": "ann@example.com", "email_verified": True})
@example(claims={"email": "ann@example.com"})
@example(claims={"iss": "https://id.example.com", "sub": "77"})
@example(claims={"iss": "https://id.example.com", "sub": "2", "groups": ["crm approvers"]})
def test_nobody_is_an_approver_who_is_not_listed(claims):
    claims = claims | {"iat": NOW}
    try:
        person = person_of(claims, read_role_list(ROLES), now=NOW)
    except RegistryError:
        return
    verified = claims.get("email_verified") in (True, "true")
    by_address = verified and str(claims.get("email")).lower() == "ann@example.com"
    by_subject = (claims.get("iss"), claims.get("sub")) == ("https://id.example.com", "77")
    said = claims.get("groups")
    by_group = "crm approvers" in (said if isinstance(said, list) else [said])
    assert person.role is not Role.APPROVER or by_address or by_subject or by_group
    assert person.name != LOCAL_USER.name


keys = st.sampled_from(
    ["viewer", "analyst", "default", "claim", "groups", "again_after_hours", "trust_email_of", "approvers", "admin"]
)
words = st.sampled_from(["approver", "viewer", "*", "*@*", "*@example.com", "ann@example.com", "nobody", "", "groups"])
values = st.one_of(words, st.lists(words, max_size=3), st.dictionaries(words, st.just("viewer"), max_size=2), anything)


@given(section=st.dictionaries(keys, values, max_size=5))
@example(section={"default": "approver"})
@example(section={"default": "analyst", "viewer": ["ann@example.com"]})
def test_a_list_without_approvers_makes_none(section):
    try:
        assert seen(section, groups=["approver", "viewer"]).role is not Role.APPROVER
    except CrmAiError:
        return
