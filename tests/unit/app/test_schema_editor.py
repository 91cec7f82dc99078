"""What the user corrects in the table becomes the schema."""

from __future__ import annotations

import pandas as pd

from crm_ai.app import schema_editor
from crm_ai.app.schema_editor import corrected, kind_in_words, role_in_words
from crm_ai.table import Column, Kind, Role, Schema

SCHEMA = Schema(
    (
        Column("id", Kind.IDENTIFIER, Role.IGNORED),
        Column("age", Kind.NUMBER, Role.SEGMENT),
        Column("left", Kind.BOOLEAN, Role.TARGET),
        Column("spend", Kind.NUMBER, Role.FEATURE),
    )
)
KINDS = [column.kind.value for column in SCHEMA]
ROLES = [column.role.value for column in SCHEMA]


def test_nothing_changed_is_the_same_schema():
    assert corrected(SCHEMA, KINDS, ROLES) is SCHEMA


def test_a_kind_and_a_role_are_overruled():
    new = corrected(SCHEMA, [KINDS[0], "category", *KINDS[2:]], [ROLES[0], "feature", *ROLES[2:]])
    assert (new["age"].kind, new["age"].role) == (Kind.CATEGORY, Role.FEATURE)
    assert new["left"] == SCHEMA["left"]


def test_there_is_one_target_at_most():
    new = corrected(SCHEMA, KINDS, [*ROLES[:3], "target"])
    assert new.names_of(role=Role.TARGET) == ("spend",)
    assert new["left"].role is Role.FEATURE


def test_moving_the_target_to_an_earlier_column():
    new = corrected(SCHEMA, KINDS, ["ignored", "target", "target", "feature"])
    assert new.names_of(role=Role.TARGET) == ("age",)


def test_every_kind_and_role_has_a_name():
    assert len({kind_in_words(kind.value) for kind in Kind}) == len(Kind)
    assert len({role_in_words(role.value) for role in Role}) == len(Role)


def test_a_day_is_shown_without_midnight():
    days = pd.Series(pd.to_datetime(["2024-03-01", "2024-03-02"]))
    assert schema_editor._examples(days) == "2024-03-01, 2024-03-02"
    moments = pd.Series(pd.to_datetime(["2024-03-01 08:15", "2024-03-01 13:30"]))
    assert schema_editor._examples(moments) == "2024-03-01 08:15:00, 2024-03-01 13:30:00"
