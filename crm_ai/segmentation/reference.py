"""Tables without clusters that are like a given one: what chance makes of columns that only lean on each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crm_ai.segmentation.space import BalancedEncoder

HEAP = 0.1  # a single value that so many customers share is a heap, not a cluster
BINS = 24
FEW_VALUES = 100
DRAWN = 4_000
ROUNDS = 4
LABELS_LEAN = 0.8  # labels that lean on each other more than this make kinds of customers: clusters, not a cloud


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """A table without clusters, to draw customers from.

    Every column keeps its form, but for a second hump: shares of labels, heaps of single values (such as zero),
    skewness and the share of missing cells are those of the real table; other numbers rise to one peak and fall from
    it. Columns are correlated as in the real table, through a Gaussian copula; but columns of labels no more than by
    0.8, for labels that all but determine each other are kinds of customers. What such tables show is what a cloud
    without clusters shows.

    Parameters
    ----------
    encoder : BalancedEncoder
        Turns columns into points.
    curves : tuple of numpy.ndarray of shape (2, …)
        For each column, cumulative shares and the values at them.
    missing : numpy.ndarray of shape (columns,)
        Share of missing cells of numbers.
    root : numpy.ndarray of shape (columns, columns)
        Square root of the correlations of the Gaussian behind the columns.

    References
    ----------
    Cario and Nelson (1997), "Modeling and generating random vectors with arbitrary marginal distributions and
    correlation matrix"; Hartigan and Hartigan (1985), Annals of Statistics 13, "The dip test of unimodality", for the
    nearest table without a second hump; Tibshirani, Walther and Hastie (2001), JRSS B 63, "Estimating the number of
    clusters in a data set via the gap statistic", for comparing with such tables.
    """

    encoder: BalancedEncoder
    curves: tuple[np.ndarray, ...]
    missing: np.ndarray
    root: np.ndarray

    def draw(self, n: int, generator: np.random.Generator) -> np.ndarray:
        """Draw customers.

        Parameters
        ----------
        n : int
            How many.
        generator : numpy.random.Generator
            Where chance comes from.

        Returns
        -------
        numpy.ndarray of shape (n, encoded columns)
            Points.
        """
        codes = _values(self.curves, generator.normal(size=(n, len(self.curves))) @ self.root.T)
        codes[generator.random(codes.shape) < self.missing] = np.nan
        return self.encoder.points_of(codes)


def make_reference(encoder: BalancedEncoder, codes: np.ndarray, *, seed: int) -> Reference:
    """Make the table without clusters that is nearest to a given one.

    Parameters
    ----------
    encoder : BalancedEncoder
        Fitted.
    codes : numpy.ndarray of shape (n, columns)
        Customers, as written by ``BalancedEncoder.codes_of``.
    seed : int
        Decides the draws that correlations are matched on.

    Returns
    -------
    Reference
        To draw from.
    """
    worth = _worth_of_labels(encoder, codes)
    curves, scores = [], np.empty_like(codes)
    for place, column in enumerate(codes.T):
        if place in worth:
            curves.append(_steps(column.astype(np.intp), worth[place]))
            scores[:, place] = worth[place][column.astype(np.intp)]
        else:
            curves.append(_one_hump(column[np.isfinite(column)]))
            scores[:, place] = np.nan_to_num(column, nan=encoder.encoder_.medians_[place])
    missing = np.isnan(codes).mean(axis=0)
    return Reference(encoder, tuple(curves), missing, _matched(tuple(curves), scores, worth, seed))


def _worth_of_labels(encoder: BalancedEncoder, codes: np.ndarray) -> dict[int, np.ndarray]:
    """A number for each label of each column: where its customers stand on what tells the labels apart elsewhere."""
    points, source = encoder.points_of(codes), encoder.encoder_.source_
    centred = (points - points.mean(axis=0)).astype(np.float64)
    worth: dict[int, np.ndarray] = {}
    for place, name in enumerate(encoder.encoder_.columns_):
        if name not in encoder.encoder_.levels_:
            continue
        levels, own = len(encoder.encoder_.levels_[name]), codes[:, place].astype(np.intp)
        others = centred[:, source != place]
        worth[place] = np.arange(levels, dtype=np.float64)
        if not others.shape[1] or levels < 3:
            continue
        sizes = np.maximum(np.bincount(own, minlength=levels), 1)[:, None]
        sums = np.zeros((levels, others.shape[1]))
        np.add.at(sums, own, others)
        axis = np.linalg.svd(sums / np.sqrt(sizes), full_matrices=False)[2][0]
        worth[place] = (sums / sizes) @ axis
    return worth


def _steps(own: np.ndarray, worth: np.ndarray) -> np.ndarray:
    """Cumulative shares of labels, in the order of their worth."""
    order = np.argsort(worth, kind="stable")
    ends = np.cumsum(np.bincount(own, minlength=len(worth))[order] / max(len(own), 1))
    starts = np.append(0.0, ends[:-1])
    return np.stack([np.column_stack([starts, ends]).ravel(), np.repeat(order, 2).astype(np.float64)])


def _one_hump(known: np.ndarray) -> np.ndarray:
    """Cumulative curve of numbers that keeps heaps and has one peak otherwise."""
    if not len(known):
        return np.asarray([[0.0, 1.0], [0.0, 0.0]])
    values, counts = np.unique(known, return_counts=True)
    heap = counts >= max(HEAP * len(known), 2)
    # Heaps are steps; what lies between is drawn from a density with one peak.
    rest = np.repeat(values[~heap], counts[~heap])
    pieces = [
        (float(value), float(value), float(n) / len(known)) for value, n in zip(values[heap], counts[heap], strict=True)
    ]
    if len(rest):
        pieces += _peaked(rest, len(rest) / len(known))
    pieces.sort(key=lambda piece: (piece[0] + piece[1]) / 2)
    ends = np.cumsum([share for *_place, share in pieces])
    shares = np.column_stack([np.append(0.0, ends[:-1]), ends]).ravel()
    places = np.asarray([(low, high) for low, high, _share in pieces]).ravel()
    if len(values) <= FEW_VALUES:
        shares, places = _on_lattice(shares, places, values)
    return np.stack([shares / ends[-1], places])


def _peaked(rest: np.ndarray, share: float) -> list[tuple[float, float, float]]:
    low, high = float(rest.min()), float(rest.max())
    if low == high:
        return [(low, high, share)]
    edges = np.linspace(low, high, BINS + 1)
    density = unimodal(np.histogram(rest, edges)[0].astype(np.float64))
    return [
        (float(left), float(right), share * float(part))
        for left, right, part in zip(edges[:-1], edges[1:], density / density.sum(), strict=True)
        if part > 0
    ]


def _on_lattice(shares: np.ndarray, places: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers that take few values keep taking these."""
    fine = np.linspace(0, 1, 2_001)
    drawn = _read_off(np.stack([shares, places]), fine * shares[-1])
    between = (values[1:] + values[:-1]) / 2
    return fine * shares[-1], values[np.searchsorted(between, drawn)]


def unimodal(heights: np.ndarray) -> np.ndarray:
    """The nearest heights that rise to one peak and fall from it.

    Parameters
    ----------
    heights : numpy.ndarray of shape (bins,)
        Not negative.

    Returns
    -------
    numpy.ndarray of shape (bins,)
        Least squares, over all places of the peak; the sum stays.

    Examples
    --------
    >>> unimodal(np.array([1.0, 4.0, 2.0, 4.0, 1.0])).round(2).tolist()
    [1.0, 4.0, 3.0, 3.0, 1.0]
    """
    from scipy.optimize import isotonic_regression

    best, least = heights, np.inf
    for peak in range(1, len(heights) + 1):
        rising = isotonic_regression(heights[:peak]).x
        falling = isotonic_regression(heights[peak:], increasing=False).x if peak < len(heights) else np.empty(0)
        joined = np.concatenate([rising, falling])
        error = float(((joined - heights) ** 2).sum())
        if error < least:
            best, least = joined, error
    return best


def _matched(curves: tuple[np.ndarray, ...], scores: np.ndarray, worth: dict[int, np.ndarray], seed: int) -> np.ndarray:
    """Root of the correlations of a Gaussian that give the columns the correlations they have in the table."""
    target = _correlations(scores)
    normal = np.random.default_rng(seed).normal(size=(DRAWN, len(curves)))
    latent, labels = target.copy(), list(worth)
    for _round in range(ROUNDS):
        drawn = _values(curves, normal @ _root(latent).T)
        for place, its in worth.items():
            drawn[:, place] = its[drawn[:, place].astype(np.intp)]
        latent = np.clip(latent + target - _correlations(drawn), -0.999, 0.999)
        both = np.ix_(labels, labels)
        latent[both] = np.clip(latent[both], -LABELS_LEAN, LABELS_LEAN)
        np.fill_diagonal(latent, 1.0)
    return _root(latent)


def _values(curves: tuple[np.ndarray, ...], normal: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    shares = ndtr(normal)
    columns = [_read_off(curve, shares[:, place]) for place, curve in enumerate(curves)]
    return np.column_stack(columns) if columns else np.empty(shares.shape)


def _read_off(curve: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Value at a cumulative share: along the curve, and never between two heaps."""
    at, values = curve
    right = np.clip(np.searchsorted(at, shares, side="right"), 1, len(at) - 1)
    width = at[right] - at[right - 1]
    part = np.where(width > 0, (shares - at[right - 1]) / np.where(width > 0, width, 1.0), 0.0)
    return np.asarray(values[right - 1] + np.clip(part, 0.0, 1.0) * (values[right] - values[right - 1]))


def _correlations(scores: np.ndarray) -> np.ndarray:
    centred = scores - scores.mean(axis=0)
    spread = np.sqrt((centred**2).mean(axis=0))
    standard = centred / np.where(spread > 1e-12, spread, 1.0)
    found = standard.T @ standard / max(len(scores), 1)
    np.fill_diagonal(found, 1.0)
    return np.asarray(found)


def _root(correlations: np.ndarray) -> np.ndarray:
    """Square root of the nearest correlations that a Gaussian can have."""
    values, axes = np.linalg.eigh(correlations)
    root = axes * np.sqrt(np.maximum(values, 0.0))
    return np.asarray(root / np.maximum(np.sqrt((root**2).sum(axis=1)), 1e-12)[:, None])
