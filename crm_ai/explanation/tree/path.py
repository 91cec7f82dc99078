"""The way one customer takes through a decision tree."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_ai.explanation.tree.questions import opposite, tree_of
from crm_ai.explanation.tree.reading import TreeReading
from crm_ai.modeling import Model


def decision_path(model: Model, reading: TreeReading, frame: pd.DataFrame) -> pd.DataFrame:
    """Follow a customer through a tree.

    Parameters
    ----------
    model : Model
        A decision tree.
    reading : TreeReading
        As made by ``read_tree`` of this model.
    frame : pandas.DataFrame of length 1
        The customer; holds the features.

    Returns
    -------
    pandas.DataFrame
        Columns step (what is true of the customer; empty at the root), customers, value, low, high: the training
        customers who came as far, and what they tell, see ``Node``. The last row is the leaf.
    """
    matrix = np.asarray(model.encoder.transform(model.cleaned(frame)), dtype=np.float32)
    visited = set(tree_of(model).decision_path(matrix).indices.tolist())
    node, step, rows = reading.root, "", []
    while True:
        rows.append((step, node.customers, node.value, node.low, node.high))
        if node.asked is None or node.yes is None or node.no is None:
            return pd.DataFrame(rows, columns=["step", "customers", "value", "low", "high"])
        fulfils = node.yes in visited
        step = (node.asked if fulfils else opposite(node.asked)).words
        node = reading.node(node.yes if fulfils else node.no)
