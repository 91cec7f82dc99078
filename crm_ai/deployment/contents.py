"""What came out of a model file, gone through part by part before anything of it is used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from crm_ai.errors import ModelFileError
from crm_ai.words import _

DEEPEST = 50  # levels of objects within objects
PLAIN = (str, bytes, int, float, bool, type(None), np.generic)
READ_AS_TEXT = "content"

# What the models of ``MODEL_TYPES``, and those made fairer, are made of, besides crm_ai's own types.
OWN_TYPES = frozenset(
    {
        "numpy.random._generator.Generator",
        "numpy.random.mtrand.RandomState",
        "sklearn._loss._loss.CyHalfBinomialLoss",
        "sklearn._loss._loss.CyHalfMultinomialLoss",
        "sklearn._loss._loss.CyHalfPoissonLoss",
        "sklearn._loss._loss.CyHalfSquaredError",
        "sklearn._loss._loss.CyHalfTweedieLoss",
        "sklearn._loss.link.IdentityLink",
        "sklearn._loss.link.Interval",
        "sklearn._loss.link.LogLink",
        "sklearn._loss.link.LogitLink",
        "sklearn._loss.link.MultinomialLogit",
        "sklearn._loss.loss.HalfBinomialLoss",
        "sklearn._loss.loss.HalfMultinomialLoss",
        "sklearn._loss.loss.HalfPoissonLoss",
        "sklearn._loss.loss.HalfSquaredError",
        "sklearn._loss.loss.HalfTweedieLoss",
        "sklearn.compose._target.TransformedTargetRegressor",
        "sklearn.dummy.DummyClassifier",
        "sklearn.dummy.DummyRegressor",
        "sklearn.ensemble._forest.RandomForestClassifier",
        "sklearn.ensemble._forest.RandomForestRegressor",
        "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
        "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingClassifier",
        "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingRegressor",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.linear_model._coordinate_descent.ElasticNet",
        "sklearn.linear_model._coordinate_descent.Lasso",
        "sklearn.linear_model._glm.glm.TweedieRegressor",
        "sklearn.linear_model._logistic.LogisticRegression",
        "sklearn.linear_model._ridge.Ridge",
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn.pipeline.Pipeline",
        "sklearn.preprocessing._data.StandardScaler",
        "sklearn.preprocessing._label.LabelBinarizer",
        "sklearn.preprocessing._label.LabelEncoder",
        "sklearn.tree._classes.DecisionTreeClassifier",
        "sklearn.tree._classes.DecisionTreeRegressor",
        "sklearn.tree._tree.Tree",
    }
)


def parts(held: Any) -> Iterator[Any]:
    """Everything within an object.

    Parameters
    ----------
    held : object
        What came out of a model file, in which attributes can be anything.

    Yields
    ------
    object
        A part that is no plain value and no collection. Each comes once.

    Raises
    ------
    ModelFileError
        If things are within things without end.
    """
    return _parts(held, set(), 0)


def _parts(held: Any, seen: set[int], depth: int) -> Iterator[Any]:
    if isinstance(held, PLAIN) or id(held) in seen:
        return
    if depth > DEEPEST:
        raise ModelFileError(_("This is not a model file, or it is damaged."))
    seen.add(id(held))
    if isinstance(held, dict):
        inner = [*held, *held.values()]
    elif isinstance(held, (list, tuple, set, frozenset)):
        inner = list(held)
    elif isinstance(held, np.ndarray):
        inner = list(held.ravel()) if held.dtype == object else []
    elif isinstance(held, (np.dtype, type)):
        inner = []
    else:
        yield held
        inner = list(getattr(held, "__dict__", {}).values())
    for part in inner:
        yield from _parts(part, seen, depth + 1)


def foreign_types(held: Any) -> list[str]:
    """Types that crm_ai's own models are not made of.

    Parameters
    ----------
    held : object
        What came out of a model file.

    Returns
    -------
    list of str
        With their modules, in order.
    """
    return sorted({name for part in parts(held) if not _is_own(name := _name(part))})


def reads_files(held: Any) -> bool:
    """Whether a part would take customers' cells for names of files and open them.

    Parameters
    ----------
    held : object
        What came out of a model file, or goes into one.

    Returns
    -------
    bool
        True of vectorizers of texts that are told so, wherever they stand.
    """
    said = (getattr(part, "__dict__", {}).get("input") for part in parts(held))
    return any(isinstance(one, str) and one != READ_AS_TEXT for one in said)


def _name(part: Any) -> str:
    return f"{type(part).__module__}.{type(part).__qualname__}"


def _is_own(name: str) -> bool:
    return name in OWN_TYPES or name.startswith("crm_ai.")
