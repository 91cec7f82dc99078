"""Repairs of a table: agreed upon, learned on training customers only, replayed on every other table."""

from crm_ai.cleaning.accepting import accept, certain_repairs, fitting, in_order
from crm_ai.cleaning.cleaning import Cleaning
from crm_ai.cleaning.comparison import Change, changes
from crm_ai.cleaning.mending import INSTEAD, mended_by, mends, unmended
from crm_ai.cleaning.recipe import Recipe, clean, learn_recipe, read_recipe, recipe_text
from crm_ai.cleaning.steps import STEPS, describe_repair, make_step

__all__ = [
    "INSTEAD",
    "STEPS",
    "Change",
    "Cleaning",
    "Recipe",
    "accept",
    "certain_repairs",
    "changes",
    "clean",
    "describe_repair",
    "fitting",
    "in_order",
    "learn_recipe",
    "make_step",
    "mended_by",
    "mends",
    "read_recipe",
    "recipe_text",
    "unmended",
]
