"""Controls that several pages share. Each remembers its choice and tells it in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import state
from crm_ai.words import _

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from crm_ai.modeling import Run

FILE_TYPES = ["csv", "tsv", "txt", "xlsx", "xls", "parquet", "json", "jsonl", "zip", "gz"]


def upload(label: str, *, key: str, hint: str, on_change: Callable[[], None] | None = None) -> UploadedFile | None:
    """Draw an upload field.

    Parameters
    ----------
    label : str
        What is to be uploaded.
    key : str
        Name of the field.
    hint : str
        Formats, size, and where the file goes.
    on_change : callable, optional
        Called when the reader brings another file or takes it away; not when the field is hidden for a while, which
        loses the file too.

    Returns
    -------
    UploadedFile or None
        The file, once it is there.
    """
    turn = st.session_state.get("uploads", 0)
    return st.file_uploader(label, FILE_TYPES, key=f"upload_{key}_{turn}", help=hint, on_change=on_change or "rerun")


def choose(
    label: str,
    name: str,
    options: Sequence[str],
    *,
    words: Callable[[str], str] | None = None,
    default: str = "",
    hint: str | None = None,
) -> str:
    """Let the reader choose one of several; long lists can be searched.

    Parameters
    ----------
    label : str
        What is chosen.
    name : str
        Under which the choice is remembered and told in the address.
    options : sequence of str
        What can be chosen.
    words : callable, optional
        Writes an option; by default as it is.
    default : str, default ""
        Chosen at first; by default the first one.
    hint : str, optional
        Help text.

    Returns
    -------
    str
        The choice.
    """
    if state.value(name) not in options:
        state.show(name, default if default in options else options[0])
    key = _key(name)
    show_in(key, state.value(name))
    chosen = st.selectbox(
        label,
        options,
        format_func=words or str,
        key=key,
        help=hint,
        on_change=_remember,
        args=(name, key),
        persist_state="page",
    )
    return str(chosen)


def choose_model(run: Run) -> str:
    """Let the reader choose one of a run's models.

    Parameters
    ----------
    run : Run
        The run.

    Returns
    -------
    str
        The model type.
    """
    from crm_ai.modeling import MODEL_TYPES

    best = state.model(run)
    names = {model: MODEL_TYPES[model].name for model in run.models}
    if len(names) == 1:
        return best
    key = _key("model")
    show_in(key, best)
    chosen = st.segmented_control(
        _("Model"),
        list(names),
        format_func=names.__getitem__,
        required=True,
        key=key,
        on_change=_remember,
        args=("model", key),
    )
    return str(chosen)


def choose_view(label: str, name: str, views: Mapping[str, str]) -> str:
    """Let the reader choose one of a few views.

    Parameters
    ----------
    label : str
        What is chosen.
    name : str
        Under which the choice is remembered and told in the address.
    views : mapping of str to str
        Words by view; the first one is shown at first.

    Returns
    -------
    str
        The view.
    """
    if state.value(name) not in views:
        state.show(name, next(iter(views)))
    key = _key(name)
    show_in(key, state.value(name))
    chosen = st.segmented_control(
        label,
        list(views),
        format_func=views.__getitem__,
        required=True,
        key=key,
        label_visibility="collapsed",
        on_change=_remember,
        args=(name, key),
        persist_state="page",
    )
    return str(chosen)


def write(label: str, name: str, default: str, *, hint: str | None = None) -> str:
    """Let the reader write a word or some numbers.

    Parameters
    ----------
    label : str
        What is written.
    name : str
        Under which it is remembered and told in the address.
    default : str
        Shown at first, and again if the field is emptied.
    hint : str, optional
        Help text.

    Returns
    -------
    str
        What stands in the field.
    """
    key = _key(name)
    show_in(key, state.value(name) or default)
    return str(st.text_input(label, key=key, help=hint, on_change=_remember, args=(name, key), persist_state="page"))


def pick_day(label: str, name: str, default: date, *, low: date, high: date, hint: str | None = None) -> date:
    """Let the reader pick a day.

    Parameters
    ----------
    label : str
        What the day is.
    name : str
        Under which it is remembered and told in the address.
    default : datetime.date
        Shown at first.
    low, high : datetime.date
        Earliest and latest day that can be picked.
    hint : str, optional
        Help text.

    Returns
    -------
    datetime.date
        The day.
    """
    try:
        known = date.fromisoformat(state.value(name))
    except ValueError:
        known = default
    key = _key(name)
    show_in(key, min(max(known, low), high))
    chosen = st.date_input(
        label, min_value=low, max_value=high, key=key, help=hint, on_change=_remember, args=(name, key),
        persist_state="page",
    )  # fmt: skip
    return chosen if isinstance(chosen, date) else default


def choose_columns(label: str, name: str, offered: Sequence[str], default: Sequence[str], *, hint: str) -> list[str]:
    """Let the reader choose several columns.

    Parameters
    ----------
    label : str
        What they are for.
    name : str
        Under which the choice is remembered and told in the address, by positions.
    offered : sequence of str
        Names of the columns.
    default : sequence of str
        Chosen at first.
    hint : str
        Help text.

    Returns
    -------
    list of str
        Names of the chosen columns.
    """
    places = [int(place) for place in state.value(name).split("-") if place]
    known = [offered[place] for place in places if place < len(offered)] or list(default)
    key = _key(name)
    show_in(key, known)

    def remember() -> None:
        chosen = st.session_state[key]
        told = "" if set(chosen) == set(default) else "-".join(str(offered.index(one)) for one in chosen)
        state.show(name, told)

    return list(st.multiselect(label, offered, key=key, help=hint, on_change=remember, persist_state="page"))


def choose_answer(run: Run) -> str | None:
    """Let the reader choose one of several answers.

    Parameters
    ----------
    run : Run
        The run.

    Returns
    -------
    str or None
        The answer; None unless the question has several.
    """
    from crm_ai.modeling import Task

    if run.problem.task is not Task.MULTICLASS:
        return None
    return choose(_("One answer against all others"), "label", run.problem.labels)


def threshold(label: str, *, hint: str) -> float:
    """Let the reader move the threshold; Metrics and Fairness share it.

    Parameters
    ----------
    label : str
        What it decides.
    hint : str
        What it means.

    Returns
    -------
    float
        Between 0 and 1, in steps of 0.01.
    """
    key = _key("threshold")
    show_in(key, round(state.threshold(), 2))
    chosen = st.slider(
        label, 0.0, 1.0, step=0.01, format="%.2f", key=key, help=hint, on_change=_remember, args=("threshold", key)
    )
    return float(chosen)


def show_in(key: str, value: object) -> None:
    """Make a control show what is known; one that the reader moves is left alone, or it would be pulled back.

    Controls that may be hidden for a while say so by ``persist_state``: without it the browser shows their first option
    when they come back, whatever is set here.

    Parameters
    ----------
    key : str
        The control's.
    value : object
        What is known.
    """
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _key(name: str) -> str:
    # Of the page, too: Streamlit loses what is set for a widget that another page had under the same key.
    return f"choose_{name}_{st.session_state[state.PAGE]}"


def _remember(name: str, key: str) -> None:
    chosen = st.session_state[key]
    state.show(name, f"{chosen:.2f}" if isinstance(chosen, float) else str(chosen))
