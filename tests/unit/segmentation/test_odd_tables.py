"""Tables as people really send them go through, or end in a sentence."""

import json

import numpy as np
import pandas as pd
import pytest

from crm_ai.segmentation import clusters_from_json, customer_map, find_clusters, name_groups
from crm_ai.segmentation.clusters import CLUSTERED
from crm_ai.table import table_from_frame

GENERATOR = np.random.default_rng(0)
BELL = GENERATOR.normal(size=100)
ODD = {
    "labels only": {f"b{place}": GENERATOR.choice(["Yes", "No"], 200) for place in range(4)},
    "numbers too large to be true": {"a": np.r_[BELL[:99] * 1e200, 1e308], "b": BELL * 1e-200, "c": BELL},
    "infinite": {"a": np.r_[BELL[:98], np.inf, -np.inf], "b": BELL},
    "almost all zero": {"a": np.r_[np.zeros(95), 1, 2, 3, 4, 5.5], "b": np.r_[np.zeros(97), 1, 2, 3.5]},
    "almost all missing": {"a": np.where(np.arange(100) % 20, np.nan, BELL), "b": BELL, "c": [None, "x"] * 50},
    "twenty rows": {"a": BELL[:20], "b": BELL[20:40]},
    "rare labels": {"city": [f"city {place % 90}" for place in range(300)], "x": np.tile(BELL, 3)},
    "hostile names": {
        '{0} = "x"': BELL,
        "<b>名</b>": GENERATOR.choice(["{a}", "=1+1", "x" * 300], 100),
        "self": np.roll(BELL, 7),
    },
}


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("cells", ODD.values(), ids=ODD)
def test_odd_tables_go_all_the_way(cells):
    table = table_from_frame(pd.DataFrame(cells))
    found = find_clusters(table, [column.name for column in table.schema if column.kind in CLUSTERED])
    named = name_groups(table, found.segmentation(name="self"))
    assert not found.is_natural
    assert len(set(named.groups)) == found.chosen.k
    assert not any(word in " ".join((*named.groups, found.verdict)) for word in ("nan", "inf", "None", "(missing)"))
    laid = customer_map(table, found, named)
    assert not any(word in " ".join(laid.axes) for word in ("nan", "(missing)", "(other)"))
    assert len(named.add_to(table).schema) == len(table.schema) + 1
    reread = clusters_from_json(json.loads(json.dumps(found.model.as_json(), allow_nan=False)))
    assert (reread.predict(table.frame) == found.codes).all()
