"""Recognise what went wrong from what a database's driver says about it."""

from __future__ import annotations

import re
from enum import Enum
from typing import Any


class Trouble(Enum):
    """What can go wrong with a database."""

    UNKNOWN_HOST = "unknown host"
    REFUSED = "refused"
    SLOW_TO_CONNECT = "slow to connect"
    LOGIN = "login"
    NO_DATABASE = "no database"
    NO_TABLE = "no table"
    NO_COLUMN = "no column"
    NO_RIGHT = "no right"
    SYNTAX = "syntax"
    SEVERAL = "several statements"
    WRITE = "write"
    TIME_OUT = "time-out"
    LOST = "lost"
    FULL = "full"
    LOCKED = "locked"
    ENCRYPTION = "encryption"
    NO_SQLITE = "no SQLite file"
    NO_ACCESS = "no access to the file"
    VALUE = "value"
    OTHER = "other"


BY_SQLSTATE = {
    "0A000": Trouble.SYNTAX,
    "25006": Trouble.WRITE,
    "42P11": Trouble.WRITE,  # no cursor can be declared for it, so it does more than read
    "3D000": Trouble.NO_DATABASE,
    "3F000": Trouble.NO_TABLE,
    "42P01": Trouble.NO_TABLE,
    "42703": Trouble.NO_COLUMN,
    "42501": Trouble.NO_RIGHT,
    "57014": Trouble.TIME_OUT,
    "53300": Trouble.FULL,
    "55P03": Trouble.LOCKED,
    "57P03": Trouble.REFUSED,
    "28": Trouble.LOGIN,
    "08": Trouble.LOST,
    "57": Trouble.LOST,
    "42": Trouble.SYNTAX,
    "22": Trouble.VALUE,
    "23": Trouble.VALUE,
    "P0": Trouble.VALUE,
}
BY_MYSQL_CODE = {
    **dict.fromkeys((1045, 1698, 1524, 1251, 1862), Trouble.LOGIN),
    **dict.fromkeys((1044, 1142, 1143, 1227, 1370, 1356), Trouble.NO_RIGHT),
    **dict.fromkeys((1064, 1149, 1305, 1052, 1055, 1060), Trouble.SYNTAX),
    **dict.fromkeys((1792, 1290, 1836), Trouble.WRITE),
    **dict.fromkeys((3024, 1969, 1317), Trouble.TIME_OUT),
    **dict.fromkeys((2006, 2013, 1053, 1927, 4031), Trouble.LOST),
    **dict.fromkeys((1040, 1203, 1226), Trouble.FULL),
    **dict.fromkeys((1205, 1213), Trouble.LOCKED),
    **dict.fromkeys((1292, 1366, 1365, 1264, 1690, 1406, 1411, 1426), Trouble.VALUE),
    **dict.fromkeys((2026, 3159), Trouble.ENCRYPTION),
    1049: Trouble.NO_DATABASE,
    1146: Trouble.NO_TABLE,
    1054: Trouble.NO_COLUMN,
    2005: Trouble.UNKNOWN_HOST,
    2002: Trouble.REFUSED,
    2003: Trouble.REFUSED,
}
# In this order: what is said while connecting comes without a code, and servers in China say it in Chinese.
BY_WORDS = (
    (r"resolve host|name or service not known|getaddrinfo|translate host|nodename nor servname", Trouble.UNKNOWN_HOST),
    (r"\bcryptography\b|\bSSL\b|\bTLS\b.*(required|support)|certificate verify", Trouble.ENCRYPTION),
    (r"multiple commands|one statement at a time", Trouble.SEVERAL),
    (
        r"authentication failed|no password supplied|role .* does not exist|认证失败|認證失敗|角色.*不存在",
        Trouble.LOGIN,
    ),
    (r"pg_hba", Trouble.LOGIN),
    (r"no such table", Trouble.NO_TABLE),
    (r"no such column", Trouble.NO_COLUMN),
    (r"database .* does not exist|数据库.*不存在|資料庫.*不存在", Trouble.NO_DATABASE),
    (r"too many (clients|connections)|connection slots", Trouble.FULL),
    (r"starting up|shutting down|正在启动", Trouble.REFUSED),
    (r"DECLARE CURSOR|SELECT \.\.\. INTO|\"(insert|update|delete|merge)\"", Trouble.WRITE),
    (r"readonly database|not authorized|prohibited", Trouble.WRITE),
    (r"^interrupted", Trouble.TIME_OUT),
    (r"database (table )?is locked", Trouble.LOCKED),
    (r"not a database|malformed|encrypted", Trouble.NO_SQLITE),
    (r"unable to open", Trouble.NO_ACCESS),
    (r"syntax error|incomplete input|unrecognized token", Trouble.SYNTAX),
    (r"decode to UTF-8", Trouble.VALUE),
    (r"connection refused|no such file or directory|no route to host|unreachable", Trouble.REFUSED),
    (r"(connection|connect).*(timed out|timeout)|timeout expired", Trouble.SLOW_TO_CONNECT),
    (r"closed the connection|connection is (lost|closed)|connection reset|broken pipe", Trouble.LOST),
)


def trouble_of(error: BaseException) -> Trouble:
    """Recognise an error of SQLAlchemy or of a driver below it.

    Parameters
    ----------
    error : BaseException
        As it was raised.

    Returns
    -------
    Trouble
        What it means; ``OTHER`` if it is unknown.
    """
    origin = getattr(error, "orig", None) or error
    code, by_words = _code(origin), _by_words(said_by(error))
    if isinstance(code, int):
        return _trouble_of_mysql(code, by_words, late="timed out" in said_by(error))
    if isinstance(code, str):
        if code in ("0A000", "42601") and by_words in (Trouble.SEVERAL, Trouble.WRITE):
            return by_words
        return BY_SQLSTATE.get(code) or BY_SQLSTATE.get(code[:2], Trouble.OTHER)
    if by_words is None and getattr(error, "connection_invalidated", False):
        return Trouble.LOST
    if by_words is None and type(origin).__name__ in ("DataError", "UnicodeDecodeError"):
        return Trouble.VALUE
    return by_words or Trouble.OTHER


def _trouble_of_mysql(code: int, by_words: Trouble | None, *, late: bool) -> Trouble:
    if code == 2003 and by_words is Trouble.UNKNOWN_HOST:
        return by_words
    if late and code in (2003, 2013):
        return Trouble.SLOW_TO_CONNECT if code == 2003 else Trouble.TIME_OUT
    return BY_MYSQL_CODE.get(code, Trouble.OTHER)


def said_by(error: BaseException) -> str:
    """What the database itself said.

    Parameters
    ----------
    error : BaseException
        Of SQLAlchemy or of a driver.

    Returns
    -------
    str
        Its words, without the query that SQLAlchemy adds.
    """
    origin: Any = getattr(error, "orig", None) or error
    args = origin.args
    return str(args[1]) if len(args) > 1 and isinstance(args[0], int) else str(origin)


def _code(origin: Any) -> str | int | None:
    sqlstate = getattr(origin, "sqlstate", None)
    if sqlstate:
        return str(sqlstate)
    is_numbered = type(origin).__module__.startswith("pymysql") and origin.args and isinstance(origin.args[0], int)
    return int(origin.args[0]) if is_numbered and origin.args[0] else None


def _by_words(said: str) -> Trouble | None:
    return next((trouble for words, trouble in BY_WORDS if re.search(words, said, re.IGNORECASE)), None)
