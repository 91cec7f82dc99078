"""Three people sign in by OpenID Connect, and somebody whom nobody should believe."""

import pytest

from crm_ai.deployment.registry import open_registry, read_log, register
from tests.browser.conftest import free_port, serving
from tests.browser.driving import assert_sound, picture, settle
from tests.browser.identity_provider import IdentityProvider
from tests.unit.deployment.registry.conftest import customers, trained

SECRETS = """
[auth]
redirect_uri = "{address}/oauth2callback"
cookie_secret = "only for tests 0123456789 0123456789"
client_id = "{client}"
client_secret = "{secret}"
server_metadata_url = "{issuer}/.well-known/openid-configuration"

[roles]
approver = ["ann@example.com"]
analyst = ["*@analysts.example"]
default = "viewer"
"""
PEOPLE = {
    "approver": {"sub": "1", "email": "Ann@example.com", "email_verified": True, "name": "Ann Example"},
    "analyst": {"sub": "2", "email": "bob@analysts.example", "email_verified": True, "name": "鲍勃"},
    "viewer": {"sub": "3", "email": "ann@example.com", "email_verified": False, "name": "ann@example.com **approver**"},
}


@pytest.fixture
def provider():
    with IdentityProvider() as provider:
        yield provider


@pytest.fixture
def guarded(provider, tmp_path):
    """Address of an app where people sign in, and its secrets."""
    port, secrets = free_port(), tmp_path / "secrets.toml"
    asks = {"address": f"http://127.0.0.1:{port}", "issuer": provider.issuer}
    secrets.write_text(SECRETS.format(**asks, client=provider.client, secret=provider.secret))
    with serving(tmp_path, "--secrets.files", str(secrets), port=port) as address:
        yield address, secrets


def test_three_people_sign_in_and_out(chromium, provider, guarded):
    address, secrets = guarded
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.goto(f"{address}/data?data=sample:telephone_customers")
    settle(page)
    assert page.title() != "Data"
    assert_sound(page)
    assert page.get_by_role("heading", name="Please sign in").is_visible()
    assert page.get_by_text("telephone_customers").count() == 0
    assert not page.get_by_test_id("stSidebarNav").is_visible()
    picture(page, "sign_in")

    provider.person = PEOPLE["approver"] | {"iss": "https://evil.example"}
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_text("Signing in was not completed").wait_for()
    assert page.get_by_role("heading", name="Please sign in").is_visible()

    for role, claims in PEOPLE.items():
        provider.person = claims
        page.get_by_role("button", name="Sign in", exact=True).click()
        who = page.get_by_role("button", name=f"{role}: ")
        who.wait_for()
        settle(page)
        if role == "approver":
            assert page.get_by_role("heading", name="Can I trust this table?").is_visible()
        else:
            assert page.get_by_text("Where was I?").count() == 0
        assert_sound(page)
        who.click()
        known = f"{provider.issuer}#3" if role == "viewer" else claims["email"].lower()
        page.get_by_role("button", name="Sign out").wait_for()
        said = page.get_by_test_id("stPopoverBody").inner_text().replace("\u2060", "")
        assert f"You have signed in as {known}." in said
        assert {"approver": "decide about them", "analyst": "approvers decide", "viewer": "not register"}[role] in said
        picture(page, f"signed_in_{role}", whole=False)
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("heading", name="Please sign in").wait_for()
        settle(page)

    secrets.write_text(secrets.read_text().replace("analyst =", "admin ="))
    page.wait_for_timeout(1500)
    page.reload()
    page.get_by_text("“admin” is no role").wait_for()
    assert page.get_by_role("button", name="Sign in", exact=True).count() == 0
    context.close()


def test_an_approver_whose_role_was_taken_away_decides_no_more(chromium, provider, guarded, tmp_path, monkeypatch):
    """While the questions stand answered on the page, of which a press runs a part alone."""
    monkeypatch.setenv("CRM_AI_WORKSPACE", str(tmp_path / "workspace"))
    run = trained(customers(), "logistic_regression")
    register(run, "logistic_regression", open_registry(), name="churn", note="try")
    address, secrets = guarded
    context = chromium.new_context(viewport={"width": 1400, "height": 1000}, locale="en-GB")
    page = context.new_page()
    page.goto(f"{address}/deploy")
    settle(page)
    provider.person = PEOPLE["approver"]
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="approver: ").wait_for()
    settle(page)
    enough = page.get_by_text("Good enough", exact=True)
    for place in range(enough.count()):
        enough.nth(place).click()
        settle(page)
    page.locator("[class*='st-key-decide_why'] textarea").fill("fine")
    page.keyboard.press("Tab")
    settle(page)

    for said, seen in (("viewer", "A viewer may not do this"), ("nobody", "Please sign in")):
        known = secrets.read_text().replace('approver = ["ann@example.com"]', "")
        secrets.write_text(known.replace('default = "viewer"', f'default = "{said}"'))
        page.wait_for_timeout(3000)
        page.locator(".st-key-decide button").click()
        page.get_by_text(seen).first.wait_for()
        assert [entry.act for entry in read_log(open_registry())] == ["register"]
    context.close()
