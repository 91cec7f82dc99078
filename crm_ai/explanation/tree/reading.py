"""The noun: a decision tree as people read it, in the customers' own columns and units."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from crm_ai.explanation.tree.conditions import Condition
from crm_ai.modeling import Task
from crm_ai.words import _

FIGURES = ("depth", "yes", "no", "customers", "value", "low", "high", "score", "answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One place of the tree: all training customers who came there, and what is asked of them next.

    Parameters
    ----------
    place : int
        The node's number in scikit-learn's tree; 0 is the root.
    depth : int
        Questions asked before.
    path : tuple of Span or Choice
        Conditions on the way, merged to one a column.
    asked : Span or Choice, optional
        What is asked here; None at a leaf.
    yes, no : int, optional
        Numbers of the nodes that the answers lead to; None at a leaf.
    customers : int
        Training customers who came here.
    value : float
        Share of them with the answer, in [0, 1]; their mean for a regression, or what the mean of their logarithms
        stands for where the tree learned those.
    low, high : float
        95 % interval of `value`: Wilson's for a share, Student's for a mean.
    score : float
        What the model says of a customer who ends here: `value`, unless answers were weighted.
    answer : str
        Their most frequent answer; empty for a regression.
    """

    place: int
    depth: int
    path: tuple[Condition, ...]
    asked: Condition | None
    yes: int | None
    no: int | None
    customers: int
    value: float
    low: float
    high: float
    score: float
    answer: str

    @property
    def is_leaf(self) -> bool:
        """Whether nothing is asked here."""
        return self.asked is None

    @property
    def question(self) -> str:
        """What is asked, such as ``tenure ≤ 16.5?``; empty at a leaf."""
        return "" if self.asked is None else _("{condition}?").format(condition=self.asked.words)

    def question_naming(self, column: str) -> str:
        """What is asked here, the column called otherwise.

        Parameters
        ----------
        column : str
            A shorter name, say.

        Returns
        -------
        str
            As ``question``.
        """
        return "" if self.asked is None else replace(self, asked=replace(self.asked, column=column)).question

    @property
    def rule(self) -> str:
        """Who comes here, in words."""
        words = [condition.words for condition in self.path]
        return _(" and ").join(word for word in words if word) or _("every customer")


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeReading:
    """A decision tree in words and numbers.

    Parameters
    ----------
    nodes : tuple of Node
        In reading order: a node comes before what it leads to, "yes" before "no".
    task : Task
        The kind of question that the tree answers.
    outcome : str
        What ``Node.value`` is the share of, such as ``churned = yes``; for a regression what it is the mean of.
    """

    nodes: tuple[Node, ...]
    task: Task
    outcome: str

    @property
    def root(self) -> Node:
        """The first question, asked of all training customers."""
        return self.nodes[0]

    @property
    def leaves(self) -> tuple[Node, ...]:
        """Nodes that ask nothing, in reading order."""
        return tuple(node for node in self.nodes if node.is_leaf)

    @property
    def depth(self) -> int:
        """Questions asked at most."""
        return max(node.depth for node in self.nodes)

    @property
    def is_share(self) -> bool:
        """Whether values are shares of customers, not means of numbers."""
        return self.task is not Task.REGRESSION

    @property
    def telling(self) -> Node:
        """The leaf whose value is surely highest: the one with the highest lower end of its interval."""
        known = [leaf for leaf in self.leaves if leaf.low == leaf.low]
        return max(known, key=lambda leaf: (leaf.low, leaf.customers)) if known else self.leaves[0]

    def node(self, place: int) -> Node:
        """Look up a node.

        Parameters
        ----------
        place : int
            Its number in scikit-learn's tree.

        Returns
        -------
        Node
            The node.
        """
        return next(node for node in self.nodes if node.place == place)

    def down_to(self, depth: int) -> TreeReading:
        """The first questions only.

        Parameters
        ----------
        depth : int
            How many are asked at most.

        Returns
        -------
        TreeReading
            Nodes at this depth ask nothing any more.
        """
        kept = (node for node in self.nodes if node.depth <= depth)
        nodes = (replace(node, asked=None, yes=None, no=None) if node.depth == depth else node for node in kept)
        return replace(self, nodes=tuple(nodes))

    def to_frame(self) -> pd.DataFrame:
        """The tree as a table.

        Returns
        -------
        pandas.DataFrame
            One row a node in reading order; columns node, depth, rule, question, yes, no, customers, value, low, high,
            score, answer.
        """
        frame = pd.DataFrame(
            {
                "node": [node.place for node in self.nodes],
                "rule": [node.rule for node in self.nodes],
                "question": [node.question for node in self.nodes],
            }
            | {name: [getattr(node, name) for node in self.nodes] for name in FIGURES}
        )
        frame = frame[["node", "depth", "rule", "question", *FIGURES[1:]]]
        return frame.astype({"yes": "Int64", "no": "Int64"})
