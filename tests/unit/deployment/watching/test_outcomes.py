from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from crm_ai.deployment.watching import join_outcomes, keyed_scores
from crm_ai.deployment.watching.keys import coded, keyed_bytes, keyed_from_bytes, workspace_secret
from crm_ai.deployment.watching.outcomes import difference_of_samples
from crm_ai.deployment.watching.performance import performance_from_json
from crm_ai.errors import CrmAiError
from crm_ai.evaluation import exact_ranking
from crm_ai.modeling import groups_of, propose_problem, train
from crm_ai.table import coerce, table_from_frame

from .conftest import customers

SECRET = b"sixteen bytes or more"
DAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def scored(model, batch_of):
    frame = customers(50, 900)
    said = model.predict(coerce(frame, model.schema))
    groups = (groups_of(table_from_frame(frame), "senior"),)
    keyed = keyed_scores(frame["客户号"], said, model.profile, SECRET, groups)
    return frame, said, batch_of(frame, name="三月"), keyed


def join(scored, model, frame, **options):
    settings = {"key": "客户号", "secret": SECRET, "known": date(2026, 6, 1)} | options
    return join_outcomes(scored[2], scored[3], table_from_frame(frame), profile=model.profile, **settings)


def outcomes_of(frame):
    """What comes back from the CRM: other rows, another order, Chinese keys."""
    others = customers(51, 60)
    back = pd.concat([frame[["客户号", "Churn"]], others[["客户号", "Churn"]]])
    return back.sample(frac=1, random_state=0).reset_index(drop=True)


def test_figures_are_those_of_the_planted_truth(scored, model):
    frame, said, _batch, _keyed = scored
    found = join(scored, model, outcomes_of(frame))
    happened = (frame["Churn"] == "Yes").to_numpy().astype(int)
    exact = exact_ranking(happened, said)
    assert found.joined.matched == found.joined.scored == 900
    assert found.joined.unmatched == 60
    assert found.figures["roc_auc"].value == pytest.approx(exact["roc_auc"].value, abs=1e-4)
    assert found.figures["brier_score"].value == pytest.approx(exact["brier_score"].value, abs=1e-4)
    assert found.figures["mean_error"].value == pytest.approx((said - happened).mean(), abs=1e-4)
    assert found.figures["selection_rate"].value == (said >= 0.5).mean()
    approved = model.profile.figures["roc_auc"]
    assert found.differences["roc_auc"].value == pytest.approx(found.figures["roc_auc"].value - approved.value)


def test_what_does_not_join_is_counted_and_left_out(scored, model):
    frame = scored[0]
    back = frame[["客户号", "Churn"]].copy()
    back["day"] = pd.Timestamp("2026-05-01")
    back.loc[:9, "客户号"] = None
    back.loc[10:14, "Churn"] = None
    back.loc[15:21, "day"] = pd.Timestamp("2026-03-01")
    same, torn = back.loc[30:33], back.loc[40:42].copy()
    torn["Churn"] = np.where(torn["Churn"] == "Yes", "No", "Yes")
    stranger = pd.DataFrame({"客户号": ["谁"], "Churn": ["Yes"], "day": [pd.Timestamp("2026-05-01")]})
    back = pd.concat([back, same, torn, stranger]).sample(frac=1, random_state=1).reset_index(drop=True)
    joined = join(scored, model, back, when="day").joined
    assert (joined.without_key, joined.unknown, joined.early) == (10, 5, 7)
    assert (joined.duplicated, joined.contradictory, joined.unmatched) == (4, 6, 1)
    assert joined.matched == 900 - 10 - 5 - 7 - 3
    counted = (joined.without_key, joined.unknown, joined.early, joined.duplicated, joined.contradictory)
    assert joined.matched + sum(counted) + joined.unmatched == joined.rows == len(back)
    for words in ("875 of 900", "10 without an identifier", "7 dated before", "6 that contradict"):
        assert words in joined.in_words


def test_customers_scored_twice_count_once_with_their_first_score(scored, model):
    frame, said, batch, keyed = scored
    twice = (frame, said, batch, keyed + replace(keyed, said=np.zeros(900)))
    found = join(twice, model, outcomes_of(frame))
    assert found.joined.repeated_scores == 900
    assert found.figures["roc_auc"].value == pytest.approx(join(scored, model, frame).figures["roc_auc"].value)


def test_numbers_and_texts_are_the_same_identifier_and_width_makes_no_difference():
    one, known = coded(pd.Series([1001.0, 1002.0, None]), SECRET)
    two, _known = coded(pd.Series(["1001 ", "１００２", "x"]), SECRET)
    assert known.tolist() == [True, True, False]
    assert one[:2].tolist() == two[:2].tolist()
    assert one[0] != coded(pd.Series(["1001"]), b"another secret, long")[0][0]


def test_codes_hold_no_identity_and_survive_being_written(scored):
    frame, _said, _batch, keyed = scored
    content = keyed_bytes(keyed)
    again = keyed_from_bytes(content)
    assert (again.codes == keyed.codes).all()
    assert (again.said == keyed.said).all()
    assert again.segments["senior"][1] == keyed.segments["senior"][1]
    assert frame["客户号"].iloc[0].encode() not in content
    for junk in (b"", b"junk", content[:60]):
        with pytest.raises(CrmAiError, match="damaged"):
            keyed_from_bytes(junk)


def test_chunks_of_codes_add_up_though_groups_come_in_another_order(model):
    frame = customers(52, 100)
    said = model.predict(coerce(frame, model.schema))

    def keyed(rows):
        table = table_from_frame(frame.iloc[rows].reset_index(drop=True))
        return keyed_scores(
            table.frame["客户号"], said[rows], model.profile, SECRET, (groups_of(table, "城市"),)
        )  # fmt: skip

    whole, parts = keyed(slice(0, 100)), keyed(slice(0, 3)) + keyed(slice(3, 100))

    def named(keyed_):
        codes, names = keyed_.segments["城市"]
        return [names[code] for code in codes]

    assert (parts.codes == whole.codes).all()
    assert named(parts) == named(whole) == frame["城市"].tolist()


def test_fairness_is_told_for_segments_declared_when_the_batch_was_scored(scored, model):
    frame = scored[0].copy()
    worse = (frame["senior"] == "yes") & (np.arange(900) % 2 == 0)
    frame["Churn"] = np.where(worse, "Yes", frame["Churn"])
    found = join(scored, model, frame)
    groups = found.segments["senior"]["groups"]
    assert set(groups) == {"yes", "no"}
    said, happened = scored[1], (frame["Churn"] == "Yes").to_numpy()
    for group in ("yes", "no"):
        theirs = happened & (frame["senior"] == group).to_numpy()
        assert groups[group]["true_positive_rate"]["value"] == pytest.approx((said[theirs] >= 0.5).mean())
        assert groups[group]["true_positive_rate"]["n"] == theirs.sum()
    assert "true_positive_rate" in found.segments["senior"]["gaps"]
    assert performance_from_json(found.as_json()) == found


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"key": "nobody"}, "no column “nobody”"),
        ({"outcome": "result"}, "no column “result”"),
        ({"when": "later"}, "no column “later”"),
        ({"secret": b"another secret altogether"}, "No outcome belongs"),
        ({"secret": b"short"}, "too short"),
    ],
)
def test_what_cannot_be_joined_says_so(scored, model, options, words):
    with pytest.raises(CrmAiError, match=words):
        join(scored, model, scored[0], **options)


def test_few_outcomes_give_no_figures(scored, model):
    found = join(scored, model, scored[0].head(29))
    assert found.joined.matched == 29
    assert not found.figures
    assert not found.segments


@pytest.mark.parametrize(("target", "figure"), [("amount", "rmse"), ("城市", "accuracy")])
def test_numbers_and_several_answers_join_too(target, figure, batch_of):
    from crm_ai.deployment.watching import make_batch, observe

    table = table_from_frame(customers(53, 1200))
    problem = propose_problem(table, target=target, features=["months", "spend", "plan"]).problem
    model = next(iter(train(table, problem, ["decision_tree"]).models.values()))
    frame = customers(54, 500)
    shaped = coerce(frame, model.schema)
    said = model.predict(shaped)
    batch = make_batch(model.profile, observe(model.profile, shaped, said), name="b", day=DAY, model="m")
    keyed = keyed_scores(
        frame["客户号"], said, model.profile, SECRET, (groups_of(table_from_frame(frame), "senior"),)
    )  # fmt: skip
    found = join((frame, said, batch, keyed), model, frame.sample(frac=1, random_state=3))
    if target == "amount":
        by_hand = np.sqrt(((said - frame["amount"]) ** 2).mean())
    else:
        by_hand = (np.asarray(problem.labels)[said.argmax(axis=1)] == frame["城市"]).mean()
    assert found.figures[figure].value == pytest.approx(by_hand, rel=1e-4)
    assert found.segments
    assert figure in found.differences


def test_intervals_of_two_samples_hold_what_they_promise():
    """ROC AUC of two samples from the same customers differs by 0; 95 % of intervals must hold it."""
    generator = np.random.default_rng(4)

    def auc(n):
        happened = generator.random(n) < 0.3
        return exact_ranking(happened.astype(int), generator.normal(happened * 1.0, 1))["roc_auc"]

    held = 0
    for _repeat in range(400):
        found = difference_of_samples("roc_auc", auc(250), auc(400))
        held += found.low <= 0 <= found.high
    assert 0.92 <= held / 400 <= 0.98


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path):
    secret = workspace_secret(tmp_path / "store")
    assert workspace_secret(tmp_path / "store") == secret
    assert len(secret) == 32
    assert (tmp_path / "store" / "secret.key").stat().st_mode & 0o077 == 0
    assert len(list((tmp_path / "store").iterdir())) == 1
    (tmp_path / "store" / "secret.key").write_bytes(b"short")
    with pytest.raises(CrmAiError, match="too short"):
        workspace_secret(tmp_path / "store")
