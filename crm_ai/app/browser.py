"""Two things that only the browser can do: keep a visitor's number, and copy the address."""

from __future__ import annotations

import streamlit as st

from crm_ai.words import _

COOKIE = "crm_ai_visitor"
COOKIE_DAYS = 180

_KEEP = """
export default function ({ data }) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${data.name}=${data.value}; Max-Age=${data.days * 86400}; Path=/; SameSite=Strict${secure}`;
}
"""

_COPY = """
export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  const label = button.querySelector("span");
  label.textContent = data.label;
  button.title = data.help;
  const fallback = (text) => {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.appendChild(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  };
  button.onclick = async () => {
    const address = window.location.href;
    try { await navigator.clipboard.writeText(address); } catch { fallback(address); }
    label.textContent = data.done;
    setTimeout(() => { label.textContent = data.label; }, 2000);
  };
}
"""

_COPY_HTML = """
<button type="button" aria-live="polite">
  <svg width="16" height="16" viewBox="0 -960 960 960" fill="currentColor" aria-hidden="true"><path
   d="M432-288H288q-79.68
  0-135.84-56.23Q96-400.45 96-480.23 96-560 152.16-616q56.16-56 135.84-56h144v72H288q-50 0-85 35t-35 85q0 50 35 85t85
  35h144v72Zm-96-156v-72h288v72H336Zm192 156v-72h144q50 0 85-35t35-85q0-50-35-85t-85-35H528v-72h144q79.68 0 135.84
  56.23 56.16 56.22 56.16 136Q864-400 807.84-344 751.68-288 672-288H528Z"/></svg>
  <span></span>
</button>
"""

_COPY_CSS = """
button { display: inline-flex; align-items: center; gap: .4rem; min-height: 2rem; padding: .1rem .5rem; border: 0;
  border-radius: var(--st-button-radius); background: transparent; color: var(--st-text-color); font: inherit;
  font-size: .875rem; cursor: pointer; white-space: nowrap; }
button:hover { color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); }
"""


def keep_visitor(value: str) -> None:
    """Ask the browser to keep the visitor's number, so that recent work is found again.

    Parameters
    ----------
    value : str
        A random number in letters; it says nothing about anybody.
    """
    component = st.components.v2.component("crm_ai_keep_visitor", js=_KEEP)
    component(key="keep_visitor", data={"name": COOKIE, "value": value, "days": COOKIE_DAYS}, height=1)


def copy_link() -> None:
    """Offer to copy the page's address, which shows the same to whoever opens it."""
    component = st.components.v2.component("crm_ai_copy_link", html=_COPY_HTML, css=_COPY_CSS, js=_COPY)
    component(
        key="copy_link",
        width="content",
        data={
            "label": _("Copy link"),
            "done": _("Copied"),
            "help": _("Whoever gets this link sees this page with its data. Give it only to people who may."),
        },
    )
