"""Which columns of a table say who bought, when, and for how much."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from crm_ai.errors import ProblemError
from crm_ai.table import Column, Kind, Table
from crm_ai.table.names import names_a_birthday, names_a_code, names_a_person, names_an_identifier, words_of
from crm_ai.words import _, count, number, shorten

UNIQUE = 0.9


@dataclass(frozen=True, slots=True)
class Naming:
    """Words by which a column's name speaks for or against what it may be.

    Parameters
    ----------
    words, against : frozenset of str
        English words.
    phrases, against_phrases : re.Pattern
        Chinese ones.
    """

    words: frozenset[str]
    phrases: re.Pattern[str]
    against: frozenset[str]
    against_phrases: re.Pattern[str]

    def speaks(self, name: str) -> int:
        """Whether a name speaks for it (1), against it (-1) or neither (0)."""
        words = set(words_of(name))
        if words & self.against or self.against_phrases.search(name):
            return -1
        return int(bool(words & self.words or self.phrases.search(name)))


def _naming(words: str, phrases: str, against: str, against_phrases: str) -> Naming:
    return Naming(
        frozenset(words.split()), re.compile(phrases), frozenset(against.split()), re.compile(against_phrases)
    )


WHOSE = _naming(
    "customer customers cust client user member buyer shopper guest account subscriber household",
    "客户|顾客|会员|用户|买家|消费者|账户|账号",
    "order invoice transaction product item row sku receipt ticket basket session segment type level group since",
    "订单|产品|商品|发票|单号|流水|^行|类型|等级|细分|分组",
)
WHEN = _naming(
    "order ordered purchase purchased transaction invoice paid payment bought sold sale",
    "订单|下单|购买|交易|支付|付款|消费|成交|销售日",
    "ship shipped shipping delivery delivered due created updated expiry expires birth return signup registered",
    "发货|到货|送达|收货|更新|创建|到期|注册|退货",
)
HOW_MUCH = _naming(
    "amount amt revenue sales sale total spend spent paid payment value turnover gmv subtotal dollar dollars usd eur",
    "销售额|金额|总额|实付|实收|支付|付款|消费额|营业额|成交|总价|收入",
    "profit margin discount tax cost fee shipping freight balance limit score rate share quantity qty number count age",
    "利润|折扣|税|成本|运费|余额|率$|数量|件数|年龄",
)
A_PIECE = _naming("price", "单价|价格", "total order", "总|订单")
HOW_MANY = _naming(
    "quantity qty units pieces number items",
    "数量|件数|个数",
    "id order phone account price open complaints policies since",
    "编号|单号|电话",
)


@dataclass(frozen=True, slots=True)
class TransactionColumns:
    """What the columns of a table of transactions are, with the reasons for the guess.

    Parameters
    ----------
    customer : str
        Column that says whose a row is.
    date : str
        Column that says when it happened.
    amount : str
        Column of money: what a row brought, or what a piece costs.
    quantity : str, default ""
        Column of the number of pieces; empty if there is none.
    per_piece : bool, default False
        Whether `amount` is the price of a piece, so that a row brings `amount` × `quantity`.
    reasons : mapping of str to str
        For each of customer, date, amount and quantity why this column was taken, in words.
    """

    customer: str
    date: str
    amount: str
    quantity: str = ""
    per_piece: bool = False
    reasons: Mapping[str, str] | None = None


def propose_columns(
    table: Table,
    *,
    customer: str | None = None,
    date: str | None = None,
    amount: str | None = None,
    quantity: str | None = None,
    per_piece: bool | None = None,
) -> TransactionColumns:
    """Recognise who bought, when, and for how much.

    Parameters
    ----------
    table : Table
        Any number of rows a customer: order lines, purchases, payments.
    customer, date, amount, quantity : str, optional
        Columns that the user names; the others are found by kind and name.
    per_piece : bool, optional
        Whether `amount` is the price of a piece; by default its name decides.

    Returns
    -------
    TransactionColumns
        With a reason for each column.

    Raises
    ------
    ProblemError
        If a column is not there, is of the wrong kind, or none can be found.

    Examples
    --------
    >>> import pandas as pd
    >>> from crm_ai.table import table_from_frame
    >>> rows = pd.DataFrame({"客户 ID": ["a1", "a1", "b2"], "订单日期": ["2024-01-02"] * 3, "销售额": [5.5, 7.25, 9.0]})
    >>> found = propose_columns(table_from_frame(rows))
    >>> found.customer, found.date, found.amount
    ('客户 ID', '订单日期', '销售额')
    """
    reasons: dict[str, str] = {}
    whose = _chosen(table, customer, "customer", reasons)
    when = _chosen(table, date, "date", reasons, Kind.DATE)
    many = _chosen(table, quantity, "quantity", reasons, Kind.NUMBER)
    much = _chosen(table, amount, "amount", reasons, Kind.NUMBER)
    whose = whose or _customer(table, reasons, {when, many, much})
    when = when or _date(table, reasons, {whose})
    many = many or _quantity(table, reasons, {whose, when, much})
    much = much or _amount(table, reasons, {whose, when, many})
    each = bool(many) and A_PIECE.speaks(much) > 0 and HOW_MUCH.speaks(much) <= 0 if per_piece is None else per_piece
    if each and not many:
        raise ProblemError(
            _("A price of a piece needs a column that tells how many pieces."),
            where=table.source,
            next_step=_("Name the column of the quantity."),
        )
    if each:
        reasons["amount"] += " " + _("It is a price of a piece, and taken times “{name}”.").format(name=many)
    return TransactionColumns(whose, when, much, many, each, reasons)


def _chosen(table: Table, name: str | None, what: str, reasons: dict[str, str], kind: Kind | None = None) -> str:
    if not name:
        return ""
    column = table.schema[name]
    if kind is not None and column.kind is not kind:
        told = {Kind.DATE: _("“{name}” holds no dates."), Kind.NUMBER: _("“{name}” holds no numbers.")}[kind]
        raise ProblemError(
            told.format(name=name),
            where=table.source,
            next_step=_("Choose one of: {names}.").format(names=_names(table.schema.names_of(kind=kind))),
        )
    reasons[what] = _("Set by you.")
    return name


def _customer(table: Table, reasons: dict[str, str], taken: set[str]) -> str:
    distinct = {c.name: int(table.frame[c.name].nunique()) for c in table.schema if _may_be_a_customer(c)}
    rows = len(table)

    def rank(name: str) -> tuple[float, ...] | None:
        named = WHOSE.speaks(name)
        repeats = 1 <= distinct[name] <= UNIQUE * rows
        if name in taken or named < 0 or (not named and not (repeats and names_an_identifier(name))):
            return None
        return (named, names_an_identifier(name) and not names_a_person(name), repeats, distinct[name])

    name = _best(distinct, rank)
    if not name:
        raise ProblemError(
            _("No column tells whose a row is."),
            where=table.source,
            next_step=_("Name the column of the customers, one of: {names}.").format(names=_names(table.schema.names)),
        )
    told = _("Its name says whose a row is") if WHOSE.speaks(name) else _("Its values tell somebody apart, and repeat")
    reasons["customer"] = _("{why}; {n} customers with {k} rows each on average.").format(
        why=told, n=count(distinct[name]), k=number(rows / max(distinct[name], 1))
    )
    return name


def _may_be_a_customer(column: Column) -> bool:
    if column.kind is Kind.NUMBER:
        return names_an_identifier(column.name) or (WHOSE.speaks(column.name) > 0 and len(words_of(column.name)) == 1)
    return column.kind in (Kind.IDENTIFIER, Kind.CATEGORY, Kind.TEXT) and not names_a_code(column.name)


def _date(table: Table, reasons: dict[str, str], taken: set[str]) -> str:
    dates = [name for name in table.schema.names_of(kind=Kind.DATE) if name not in taken and not names_a_birthday(name)]
    name = _best(dates, lambda name: (WHEN.speaks(name), -dates.index(name)))
    if not name:
        raise ProblemError(
            _("No column tells when a row happened."),
            where=table.source,
            next_step=_("Correct the kind of the column that holds the dates, or choose a table of purchases."),
        )
    told = _("Its name says when a purchase was made.") if WHEN.speaks(name) > 0 else _("It holds dates.")
    if WHEN.speaks(name) < 0:
        told = _("It holds dates, but its name speaks of something else than a purchase: please check.")
    reasons["date"] = told
    return name


def _quantity(table: Table, reasons: dict[str, str], taken: set[str]) -> str:
    numbers = [name for name in table.schema.names_of(kind=Kind.NUMBER) if name not in taken]
    name = _best(numbers, lambda name: (1, -numbers.index(name)) if HOW_MANY.speaks(name) > 0 else None)
    if name:
        reasons["quantity"] = _("Its name says how many pieces.")
    return name


def _amount(table: Table, reasons: dict[str, str], taken: set[str]) -> str:
    numbers = [n for n in table.schema.names_of(kind=Kind.NUMBER) if n not in taken and not names_an_identifier(n)]
    open_ones = [name for name in numbers if HOW_MUCH.speaks(name) >= 0]
    name = _best(open_ones, lambda name: _amount_rank(name, open_ones))
    if name:
        reasons["amount"] = _("Its name says what a purchase brought.")
    elif len(open_ones) == 1:
        name = open_ones[0]
        reasons["amount"] = _("It is the only column of numbers that may be money: please check.")
    else:
        raise ProblemError(
            _("No column tells how much money a row brought."),
            where=table.source,
            next_step=_("Name the column of the amounts, one of: {names}.").format(names=_names(numbers)),
        )
    return name


def _amount_rank(name: str, numbers: list[str]) -> tuple[float, ...] | None:
    for_all, for_one = HOW_MUCH.speaks(name) > 0, A_PIECE.speaks(name) > 0
    return (2 if for_all and not for_one else 1, -numbers.index(name)) if for_all or for_one else None


def _best(names: Iterable[str], rank: Callable[[str], tuple[float, ...] | None]) -> str:
    ranked = [(key, name) for name in names if (key := rank(name)) is not None]
    return max(ranked, key=lambda pair: pair[0])[1] if ranked else ""


def _names(names: Iterable[str]) -> str:
    return ", ".join(shorten(name, 40) for name in list(names)[:12]) or _("none")
