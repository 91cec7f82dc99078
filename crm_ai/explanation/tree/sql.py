"""Write a decision tree as SQL, so that a database can score its customers by itself."""

from __future__ import annotations

from crm_ai.errors import ProblemError
from crm_ai.explanation.sql_text import quoted_name, quoted_text
from crm_ai.explanation.tree.conditions import Choice, Condition, Span
from crm_ai.explanation.tree.limits import exact_limit, first_stamp_after
from crm_ai.explanation.tree.reading import Node, TreeReading
from crm_ai.explanation.tree.rules import read_tree
from crm_ai.modeling import Model, TableEncoder
from crm_ai.modeling.encoding import LARGEST_NUMBER, MISSING, OTHER
from crm_ai.words import _

DIALECTS = ("ansi", "sqlite")
INDENT = "  "


def tree_sql(model: Model, table_name: str = "customers", label: str | None = None, dialect: str = "ansi") -> str:
    """Write a decision tree as one SELECT.

    Each customer gets the score that ``Model.predict`` gives, to the last digit: limits are those of the tree's
    32-bit comparison, written for 64-bit numbers; NULL goes where the encoder and the tree send a missing cell, a label
    that training did not know where they send an unknown one.

    Parameters
    ----------
    model : Model
        A fitted decision tree.
    table_name : str, default "customers"
        Table with the features under their own names, as they are after the model's repairs: labels as texts, numbers
        as numbers, dates as dates or timestamps without a time zone.
    label : str, optional
        The answer whose probability is the score; by default the positive one, or the first of several.
    dialect : str, default "ansi"
        ``ansi`` (PostgreSQL, DuckDB and others that quote names in double quotes and know ``TIMESTAMP '…'``) or
        ``sqlite``, where dates are texts in ISO format.

    Returns
    -------
    str
        All columns of the table, then ``score``. Comment lines above say what it is.

    Raises
    ------
    ProblemError
        If the model is no decision tree, `label` is none of the question's answers, or the dialect is not known.

    Examples
    --------
    >>> import pandas as pd
    >>> from crm_ai.modeling import propose_problem, train
    >>> from crm_ai.table import table_from_frame
    >>> frame = pd.DataFrame({"plan": ["A", "B"] * 100, "Churn": ["Yes", "No"] * 100})
    >>> table = table_from_frame(frame)
    >>> run = train(table, propose_problem(table, target="Churn", features=["plan"]).problem, ["decision_tree"])
    >>> print(tree_sql(run.model("decision_tree")).split("SELECT")[1])
     "customers".*,
      CASE WHEN "plan" = 'B'
        THEN 0.0
        ELSE 1.0
      END AS score
    FROM "customers"
    """
    if dialect not in DIALECTS:
        raise ProblemError(
            _("There is no SQL dialect “{name}” here.").format(name=dialect),
            next_step=_("Choose one of: {names}.").format(names=_(", ").join(DIALECTS)),
        )
    reading = read_tree(model, label)
    table = quoted_name(table_name)
    lines = [*_comments(model, reading), f"SELECT {table}.*,"]
    lines += _scored(reading, {node.place: node for node in reading.nodes}, reading.root, model.encoder, dialect)
    lines[-1] += " AS score"
    return "\n".join([*lines, f"FROM {table}"])


def _comments(model: Model, reading: TreeReading) -> list[str]:
    kind = _("the probability of {outcome}") if reading.is_share else _("the predicted {outcome}")
    said = [
        _("score: {what}").format(what=kind.format(outcome=reading.outcome)),
        _("NULL and labels unknown to the model go where the model sends them."),
        _("Numbers beyond ±{largest} count as missing.").format(largest=f"{LARGEST_NUMBER:.0e}"),
    ]
    if model.problem.repairs:
        said.append(
            _(
                "The table must hold the customers after the model's repairs ({steps}); this statement does not make "
                "them."
            ).format(steps=_(", ").join(dict.fromkeys(repair.step for repair in model.problem.repairs)))
        )
    else:
        said.append(_("The model repairs nothing first: the table must hold the columns as they were read."))
    return [f"-- {_one_line(line)}" for line in said]


def _one_line(text: str) -> str:
    """Nothing in a comment may end it."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _scored(
    reading: TreeReading, nodes: dict[int, Node], node: Node, encoder: TableEncoder, dialect: str, depth: int = 1
) -> list[str]:
    pad = INDENT * depth
    if node.asked is None or node.yes is None or node.no is None:
        return [f"{pad}{node.score!r}"]
    test, holds = _test(node.asked, encoder, dialect)
    first, second = (node.yes, node.no) if holds else (node.no, node.yes)
    lines = [f"{pad}CASE WHEN {test}"]
    for word, place in (("THEN", first), ("ELSE", second)):
        inner = _scored(reading, nodes, nodes[place], encoder, dialect, depth + 2)
        lines += [f"{pad}{INDENT}{word} {inner[0].lstrip()}", *inner[1:]]
    return [*lines, f"{pad}END"]


def _test(asked: Condition, encoder: TableEncoder, dialect: str) -> tuple[str, bool]:
    """A test that is never true of NULL unless it says so, and whether it holds for "yes" or for "no"."""
    if isinstance(asked, Choice):
        return _label_test(asked, encoder)
    if asked.is_date:
        return _date_test(asked, dialect)
    name, largest = quoted_name(asked.column), repr(LARGEST_NUMBER)
    if not asked.known:
        return f"{name} BETWEEN -{largest} AND {largest}", False
    limit = repr(exact_limit(asked.high))
    if asked.missing:
        return f"{name} > {limit} AND {name} <= {largest}", False
    return f"{name} <= {limit} AND {name} >= -{largest}", True


def _date_test(asked: Span, dialect: str) -> tuple[str, bool]:
    name = quoted_name(asked.column)
    if not asked.known:
        return f"{name} IS NULL", True
    date, time = str(first_stamp_after(asked.high)).split("T")
    if dialect == "sqlite":
        # As a text, the shortest spelling of a moment comes before its longer ones and after all earlier moments.
        time = time.rstrip("0").rstrip(".").removesuffix(":00")
        name, moment = f"REPLACE({name}, 'T', ' ')", quoted_text(date if time == "00:00" else f"{date} {time}")
    else:
        moment = f"TIMESTAMP '{date} {time}'"
    return (f"{name} >= {moment}", False) if asked.missing else (f"{name} < {moment}", True)


def _label_test(asked: Choice, encoder: TableEncoder) -> tuple[str, bool]:
    name, column = quoted_name(asked.column), asked.column
    unknown_fits = encoder.fallback(column) in asked.chosen
    usual = encoder.levels_[column][encoder.reference_[column]]
    missing_fits = (MISSING if MISSING in asked.levels else usual) in asked.chosen
    seen = set(encoder.seen_[column])
    real = [level for level in asked.levels if level not in (OTHER, MISSING) or level in seen]
    # Listed is the side that unknown labels are not on.
    listed = [level for level in real if (level in asked.chosen) != unknown_fits]
    missing_listed = missing_fits != unknown_fits
    if missing_listed:
        return (f"{name} {_among(listed, found=False)}", unknown_fits) if listed else (
            f"{name} IS NULL", not unknown_fits
        )  # fmt: skip
    return (f"{name} {_among(listed, found=True)}" if listed else "1 = 0"), not unknown_fits


def _among(labels: list[str], *, found: bool) -> str:
    if len(labels) == 1:
        return f"{'=' if found else '<>'} {quoted_text(labels[0])}"
    return f"{'IN' if found else 'NOT IN'} ({', '.join(quoted_text(label) for label in labels)})"
