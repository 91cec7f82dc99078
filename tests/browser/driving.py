"""How tests look at a page."""

from pathlib import Path

SCREENSHOTS = Path(__file__).parent / "screenshots"


QUIET = """
since => {
  const app = document.querySelector("[data-testid='stApp']");
  const runs = app?.getAttribute('data-test-script-state') !== 'notRunning';
  if (runs || document.querySelector("[data-testid='stSkeleton']")) since.at = null;
  else since.at ??= performance.now();
  return since.at !== null && performance.now() - since.at >= 400;
}
"""


def settle(page):
    """Wait until the page has not been running for a moment: on a busy machine a run begins a while after the click."""
    page.wait_for_selector("[data-testid='stApp']")
    page.wait_for_function(QUIET, arg=page.evaluate_handle("() => ({at: null})"), polling=50)


def picture(page, name, *, whole=True):
    """Keep a screenshot to be looked at."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=False)
    if whole:
        height = page.evaluate("document.querySelector(\"[data-testid='stMain']\")?.scrollHeight || 900")
        size = page.viewport_size
        page.set_viewport_size({"width": size["width"], "height": min(int(height) + 80, 6000)})
        page.wait_for_timeout(700)
        page.screenshot(path=SCREENSHOTS / f"{name}_whole.png")
        page.set_viewport_size(size)


def assert_sound(page):
    """No traceback, no internal word, nothing that scrolls sideways."""
    text = page.inner_text("[data-testid='stMain']")
    for word in ("Traceback", "nan", "None", "Error:", "NaN"):
        assert word not in text.split(), f"{word!r} on screen"
    assert not page.query_selector("[data-testid='stException']")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 1, f"the page scrolls sideways by {wide} px"
