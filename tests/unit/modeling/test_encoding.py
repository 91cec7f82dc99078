import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from crm_ai.modeling import TableEncoder


@pytest.fixture
def customers():
    return pd.DataFrame(
        {
            "months": [1.0, 2.0, np.nan, 4.0, 5.0, 6.0],
            "since": pd.to_datetime(["2024-01-01", "2024-01-02", None, "2024-01-04", "2024-01-05", "2024-01-06"]),
            "plan": pd.Categorical(["a", "b", "a", "a", "b", "c"]),
            "城市": pd.Categorical(["北京", None, "上海", "北京", "北京", "上海"]),
        }
    )


def test_numbers_are_standardised_as_scikit_learn_does(customers):
    from sklearn.preprocessing import StandardScaler

    frame = customers[["months"]].fillna(customers["months"].median())
    assert TableEncoder().fit_transform(frame) == pytest.approx(StandardScaler().fit_transform(frame))


def test_categories_equal_scikit_learns_one_hot_encoder(customers):
    from sklearn.preprocessing import OneHotEncoder

    ours = TableEncoder(drop_reference=False, min_customers=1).fit_transform(customers[["plan"]])
    theirs = OneHotEncoder(sparse_output=False).fit_transform(customers[["plan"]].astype(str))
    assert (ours == theirs).all()


def test_reference_is_the_most_frequent_label(customers):
    encoder = TableEncoder(min_customers=1).fit(customers[["plan"]])
    assert encoder.encoded_names_ == ["plan = b", "plan = c"]
    assert encoder.transform(customers[["plan"]]).tolist()[0] == [0, 0]


def test_missing_number_takes_the_training_median_and_is_marked(customers):
    encoder = TableEncoder(standardize=False).fit(customers[["months"]])
    later = pd.DataFrame({"months": [np.nan, 100.0]})
    assert encoder.transform(later).tolist() == [[4.0, 1.0], [100.0, 0.0]]


def test_number_missing_only_at_scoring_takes_the_median_without_a_mark():
    encoder = TableEncoder(standardize=False).fit(pd.DataFrame({"months": [1.0, 3.0]}))
    assert encoder.transform(pd.DataFrame({"months": [np.nan]})).tolist() == [[2.0]]


def test_infinite_numbers_count_as_missing():
    encoder = TableEncoder(standardize=False).fit(pd.DataFrame({"months": [1.0, 3.0, np.inf]}))
    assert encoder.transform(pd.DataFrame({"months": [-np.inf]})).tolist() == [[2.0, 1.0]]


def test_dates_become_days(customers):
    encoder = TableEncoder(standardize=False).fit(customers[["since"]])
    matrix = encoder.transform(customers[["since"]])
    assert matrix[3, 0] - matrix[0, 0] == 3
    assert matrix[:, 1].tolist() == [0, 0, 1, 0, 0, 0]


def test_missing_label_is_a_level_of_its_own(customers):
    encoder = TableEncoder(min_customers=1).fit(customers[["城市"]])
    assert encoder.levels_["城市"] == ["上海", "北京", "(missing)"]


def test_unseen_label_counts_as_other_where_training_had_rare_ones(customers):
    encoder = TableEncoder(min_customers=2, drop_reference=False).fit(customers[["plan"]])
    assert encoder.levels_["plan"] == ["a", "b", "(other)"]
    assert encoder.transform(pd.DataFrame({"plan": ["zzz"]})).tolist() == [[0, 0, 1]]
    assert encoder.fallback("plan") == "(other)"


def test_unseen_label_counts_as_the_usual_one_otherwise(customers):
    encoder = TableEncoder(min_customers=1, drop_reference=False).fit(customers[["plan"]])
    assert encoder.transform(pd.DataFrame({"plan": ["zzz", None]})).tolist() == [[1, 0, 0], [1, 0, 0]]
    assert encoder.fallback("plan") == "a"


def test_five_hundred_labels_keep_the_most_frequent():
    labels = [f"shop {i}" for i in range(500) for _ in range(1 + (i < 60) * 10)]
    encoder = TableEncoder(drop_reference=False, max_levels=50).fit(pd.DataFrame({"shop": labels}))
    assert len(encoder.encoded_names_) == 51


def test_constant_and_empty_columns_are_harmless():
    frame = pd.DataFrame({"same": ["x"] * 8, "number": [1.0] * 8, "nothing": [np.nan] * 8})
    matrix = TableEncoder({"same": "category", "number": "number", "nothing": "number"}).fit_transform(frame)
    assert np.isfinite(matrix).all()


def test_encoded_columns_know_where_they_came_from(customers):
    encoder = TableEncoder(min_customers=1).fit(customers)
    for place, name in zip(encoder.source_, encoder.encoded_names_, strict=True):
        assert name.startswith(encoder.columns_[place])


def test_means_are_those_of_the_encoded_training_customers(customers):
    for options in ({}, {"standardize": False, "drop_reference": False}):
        encoder = TableEncoder(min_customers=1, **options)
        assert encoder.fit_transform(customers).mean(axis=0) == pytest.approx(encoder.means_, abs=1e-12)


def test_matrix_is_contiguous_and_of_the_chosen_type(customers):
    matrix = TableEncoder(dtype="float32").fit_transform(customers)
    assert matrix.dtype == np.float32
    assert matrix.flags.c_contiguous


def test_it_is_an_ordinary_scikit_learn_step(customers):
    pipeline = make_pipeline(TableEncoder(min_customers=1), LogisticRegression())
    again = clone(pipeline).fit(customers, [0, 1, 0, 1, 0, 1])
    assert again.predict(customers).shape == (6,)
    assert clone(TableEncoder(max_levels=7)).max_levels == 7


def test_extra_columns_and_another_order_change_nothing(customers):
    encoder = TableEncoder().fit(customers)
    shuffled = customers[customers.columns[::-1]].assign(more=1)
    assert (encoder.transform(shuffled) == encoder.transform(customers)).all()


@settings(max_examples=60, deadline=None)
@given(
    numbers=arrays.arrays(np.float64, 12, elements=st.floats(allow_nan=True, allow_infinity=True, width=32)),
    labels=st.lists(st.one_of(st.none(), st.text(max_size=4)), min_size=12, max_size=12),
)
def test_any_customers_encode_to_finite_numbers_and_codes_agree(numbers, labels):
    frame = pd.DataFrame({"number": numbers, "label": pd.Series(labels, dtype=object)})
    encoder = TableEncoder({"number": "number", "label": "category"}, min_customers=2)
    matrix = encoder.fit_transform(frame)
    assert np.isfinite(matrix).all()
    assert (encoder.encode_codes(encoder.codes_of(frame)) == encoder.transform(frame)).all()
    assert (matrix == encoder.transform(frame)).all()
