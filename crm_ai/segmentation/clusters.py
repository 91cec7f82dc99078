"""Find groups of customers who are alike, and tell whether there are any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_ai.errors import CrmAiError
from crm_ai.segmentation.choosing import Cut, best_cut, judge_cuts
from crm_ai.segmentation.density import judge_density
from crm_ai.segmentation.models import CenterClusters, DensityClusters, drawn_rows
from crm_ai.segmentation.segmentation import Segmentation
from crm_ai.segmentation.space import BalancedEncoder
from crm_ai.segmentation.structure import CUSTOMERS, Structure, look_for_structure
from crm_ai.table import LABELLED, Kind, Role, Table
from crm_ai.words import _, count, ngettext, number, shorten

FEWEST = 20
MOST_COLUMNS = 100
JUDGED_ON = 2_000
METHODS = ("k-means", "density")
CLUSTERED = frozenset({Kind.NUMBER, Kind.DATE}) | LABELLED


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Clustering:
    """Groups of customers who are alike, and the evidence for them.

    Parameters
    ----------
    method : str
        ``"k-means"`` or ``"density"``.
    columns : tuple of str
        Columns that count.
    left_out : tuple of str
        Columns that were asked for, or might have been, and are the same for all customers.
    logarithms : tuple of str
        Columns taken by their logarithm, being far skewed.
    model : CenterClusters or DensityClusters
        Fitted; puts new customers into the groups.
    codes : numpy.ndarray of int, shape (n,)
        Group of each customer; -1 for none.
    cuts : tuple of Cut
        How good each number of clusters is; a single one for a density.
    chosen : Cut
        The one that was taken.
    structure : Structure
        Whether there are clusters at all.
    asked : bool
        Whether the number of clusters was asked for, not chosen by the figures.
    seed : int
        Decided all draws.
    """

    method: str
    columns: tuple[str, ...]
    left_out: tuple[str, ...]
    logarithms: tuple[str, ...]
    model: CenterClusters | DensityClusters
    codes: np.ndarray
    cuts: tuple[Cut, ...]
    chosen: Cut
    structure: Structure
    asked: bool
    seed: int

    @property
    def is_natural(self) -> bool:
        """Whether customers really fall into these groups: more than chance would make them, and again with others."""
        clear = dict(zip(self.structure.counts, self.structure.clear, strict=True))
        return self.structure.is_natural and self.chosen.is_stable and bool(clear.get(self.chosen.k, False))

    @property
    def verdict(self) -> str:
        """Whether there are clusters, in words, in the reader's language."""
        return _verdict(self)

    def segmentation(self, *, name: str = "", names: Sequence[str] = ()) -> Segmentation:
        """The groups as a segmentation.

        Parameters
        ----------
        name : str, optional
            What it is called.
        names : sequence of str, optional
            Names of the groups, for instance from ``name_groups``; numbers by default.

        Returns
        -------
        Segmentation
            To be used wherever customers are put into groups.

        Raises
        ------
        CrmAiError
            If a density has found no group.
        """
        groups = int(self.codes.max(initial=-1)) + 1
        if not groups:
            raise CrmAiError(
                _("No group was found."), next_step=_("Choose other columns, or ask for a number of groups (k-means).")
            )
        given = tuple(names) or tuple(_("Group {n}").format(n=place + 1) for place in range(groups))
        recipe = {"by": "clusters", "columns": list(self.columns), "model": self.model.as_json()}
        return Segmentation(name or _("Cluster"), self.codes, given, self.verdict, recipe)

    def to_frame(self) -> pd.DataFrame:
        """Put the evidence into a tidy table, one row a number of clusters.

        Returns
        -------
        pandas.DataFrame
            Columns k, silhouette, silhouette_low, silhouette_high, stability, stability_low, stability_high, expected,
            highest (silhouette of tables without clusters: mean, and 97.5 % quantile), chosen, n.
        """
        spread = ("silhouette", "silhouette_low", "silhouette_high", "stability", "stability_low", "stability_high")
        rows = [[cut.k, *(getattr(cut, name) for name in spread), cut.n] for cut in self.cuts]
        frame = pd.DataFrame(rows, columns=["k", *spread, "n"])
        chance = self.structure.to_frame()[["k", "expected", "highest"]]
        return frame.merge(chance, on="k", how="left").assign(chosen=frame["k"] == self.chosen.k)


def find_clusters(
    table: Table,
    columns: Sequence[str] | None = None,
    *,
    k: int | None = None,
    most: int = 8,
    method: str = "k-means",
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Clustering:
    """Find groups of customers who are alike, and tell whether there are any.

    Parameters
    ----------
    table : Table
        The customers.
    columns : sequence of str, optional
        Numbers, dates and labels that count; by default all features and segments, without the target.
    k : int, optional
        How many groups; chosen by the figures if not given. Of no meaning for a density.
    most : int, default 8
        Groups at most.
    method : str, default "k-means"
        ``"k-means"``: round groups, everybody is in one. ``"density"``: groups of any form; customers between them are
        in none.
    seed : int, default 0
        Decides all draws: the same seed gives the same groups.
    progress : callable, optional
        Told the share that is done.

    Returns
    -------
    Clustering
        The groups, numbered by size, and the evidence for them. There is always an answer: where customers form one
        cloud, `is_natural` is False and the verdict says so.

    Raises
    ------
    CrmAiError
        If there are fewer than 20 customers, or no column in which they differ, or a column cannot be used.

    Examples
    --------
    >>> from crm_ai.table import table_from_frame
    >>> generator = np.random.default_rng(0)
    >>> months = np.repeat([5.0, 40.0, 70.0], 50) + generator.normal(size=150)
    >>> calls = np.repeat([9.0, 2.0, 5.0], 50) + generator.normal(size=150)
    >>> found = find_clusters(table_from_frame(pd.DataFrame({"months": months, "calls": calls})))
    >>> found.is_natural, found.chosen.k
    (True, 3)
    """
    if method not in METHODS:
        raise CrmAiError(
            _("“{method}” is no way to find groups.").format(method=method),
            next_step=_("Choose one of: {names}.").format(names=", ".join(METHODS)),
        )
    kinds, left_out = _kinds(table, columns)
    frame = table.frame[list(kinds)]
    sample = frame.iloc[drawn_rows(len(frame), JUDGED_ON, seed)]
    encoder = BalancedEncoder(kinds).fit(sample)
    points = encoder.transform(sample)
    counts = _counts(points, most, k)
    told = progress or (lambda share: None)
    codes = encoder.codes_of(sample.iloc[drawn_rows(len(sample), CUSTOMERS, seed)])
    shared = {"columns": tuple(kinds), "left_out": left_out, "seed": seed, "method": method}
    model: CenterClusters | DensityClusters
    if method == "density":
        model = DensityClusters(kinds, seed=seed).fit(frame)
        cut, structure = judge_density(encoder, codes, model.smallest, seed=seed, progress=lambda x: told(0.9 * x))
        cuts: tuple[Cut, ...] = (cut,)
        chosen = cut
    else:
        structure = look_for_structure(encoder, codes, counts, seed=seed, progress=lambda x: told(0.6 * x))
        cuts = judge_cuts(points, counts, seed=seed)
        told(0.8)
        chosen = _chosen(cuts, structure, k)
        model = CenterClusters(kinds, n_clusters=chosen.k, seed=seed).fit(frame)
    told(1.0)
    logarithms = tuple(model.encoder_.shifts_)
    return Clustering(
        model=model,
        codes=model.labels_,
        cuts=cuts,
        chosen=chosen,
        structure=structure,
        logarithms=logarithms,
        asked=k is not None and method == "k-means",
        **shared,  # type: ignore[arg-type]
    )


def _chosen(cuts: Sequence[Cut], structure: Structure, k: int | None) -> Cut:
    if k is not None:
        return next(cut for cut in cuts if cut.k == k)
    clear = dict(zip(structure.counts, structure.clear, strict=True))
    return best_cut([cut for cut in cuts if structure.is_natural and clear[cut.k]] or cuts)


def _kinds(table: Table, columns: Sequence[str] | None) -> tuple[dict[str, str], tuple[str, ...]]:
    """Kind of each column that counts, and those in which all customers are alike."""
    roles = (Role.FEATURE, Role.SEGMENT)
    asked = (
        [column.name for column in table.schema if column.kind in CLUSTERED and column.role in roles]
        if columns is None
        else list(dict.fromkeys(columns))
    )
    unfit = [name for name in asked if table.schema[name].kind not in CLUSTERED]
    if unfit:
        raise CrmAiError(
            _("Groups cannot be made of texts and identifiers."),
            where=", ".join(unfit[:8]),
            next_step=_("Choose numbers, dates or labels."),
        )
    if len(table) < FEWEST:
        raise CrmAiError(
            ngettext(
                "One customer is too few to find groups.", "{n} customers are too few to find groups.", len(table)
            ).format(n=count(len(table))),
            next_step=_("At least {n} are needed.").format(n=FEWEST),
        )
    varied = {name: str(table.schema[name].kind) for name in asked if _varies(table.frame[name])}
    if not varied:
        raise CrmAiError(
            _("There is no column in which customers differ."), next_step=_("Choose numbers, dates or labels.")
        )
    if len(varied) > MOST_COLUMNS:
        raise CrmAiError(
            _("{n} columns are too many to find groups that anybody could describe.").format(n=count(len(varied))),
            next_step=_("Choose at most {most}.").format(most=MOST_COLUMNS),
        )
    return varied, tuple(name for name in asked if name not in varied)


def _varies(cells: pd.Series) -> bool:
    return not cells.isna().all() and len(cells.drop_duplicates()) > 1


def _counts(points: np.ndarray, most: int, k: int | None) -> tuple[int, ...]:
    """Numbers of clusters that so many customers can be cut into."""
    possible = min(len(np.unique(points, axis=0)) - 1, len(points) // 5)
    highest = min(max(most, k or 2), possible)
    if (k is not None and not 2 <= k <= possible) or highest < 2:
        raise CrmAiError(
            _("These customers cannot be cut into {k} groups.").format(k=k if k is not None else 2),
            next_step=_("Choose a number from 2 to {most}.").format(most=possible)
            if possible >= 2
            else _("Choose columns in which more customers differ."),
        )
    return tuple(range(2, highest + 1))


def _verdict(found: Clustering) -> str:
    cut, structure = found.chosen, found.structure
    place = structure.counts.index(cut.k) if cut.k in structure.counts else 0
    figures = {
        "k": count(cut.k),
        "silhouette": number(float(structure.found[place]), 2),
        "expected": number(float(structure.expected[place]), 2),
        "stability": number(cut.stability, 2),
        "low": number(cut.stability_low, 2),
        "high": number(cut.stability_high, 2),
        "columns": _(", ").join(shorten(name, 24) for name in found.columns[:3]),
    }
    if found.method == "density":
        return _density_verdict(found, figures)
    if found.is_natural:
        words = _(
            "{k} natural clusters: customers lie closer together than chance would have it (silhouette {silhouette}, "
            "in tables without clusters {expected}), and other customers would give the same ones (stability "
            "{stability}, {low}–{high})."
        )
    elif structure.is_natural:
        words = _(
            "There are clusters, but these {k} groups are not them: their borders are arbitrary (silhouette "
            "{silhouette}, in tables without clusters {expected}; stability {stability}, {low}–{high})."
        )
    else:
        words = _(
            "No natural clusters: customers form one cloud, as tables without clusters do (silhouette {silhouette} "
            "against {expected}). It can be cut into {k} groups all the same, but their borders are arbitrary."
        )
    return words.format(**figures)


def _density_verdict(found: Clustering, figures: dict[str, str]) -> str:
    inside = float((found.codes >= 0).mean())
    figures |= {"share": f"{100 * inside:.0f} %"}
    if found.is_natural:
        words = _(
            "{k} dense groups hold {share} of customers, more than chance would have it; other customers would give "
            "the same ones (stability {stability}, {low}–{high})."
        )
    else:
        words = _("No natural clusters: customers do not crowd together more than in tables without clusters.")
    return words.format(**figures)
