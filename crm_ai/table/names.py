"""What a column's name says about it."""

from __future__ import annotations

import re

CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
BETWEEN_WORDS = re.compile(r"[\W_]+")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


IDENTIFYING = _set(
    "id ids uuid guid key email mail phone telephone mobile number no nr num code surname fullname passport ssn iban"
)
PLACES = _set("zip postal postcode country area region city state province branch store district location currency")
PERSON_NAMES = frozenset(
    f"{whose}name" for whose in ("", "user", "customer ", "client ", "user ", "full ", "first ", "last ", "contact ")
)
IDENTIFYING_ZH = re.compile(
    r"(编号|单号|卡号|号码|证号|账号|帐号|手机号?|电话|邮箱|姓名|客户名称?|用户名|序号|(?<![a-z])id)$"
)
ROW_NUMBERS = frozenset(
    {"", "index", "row", "unnamed 0", "row id", "row number", "rownumber", "no", "nr", "序号", "行号", "行", "行 id"}
)
CODED = _set(
    "type code class category group cluster segment zone branch plan store zip zipcode postcode postal channel"
)
CODED_ZH = re.compile(r"(类型|类别|编码|代码|等级码|渠道|邮编|邮政编码|区号)$")
COUNTED = _set("number num count n times amount qty quantity total sum avg mean rate ratio score")
DATED = _set("date day datetime timestamp since dob birthday birthdate created updated on at when time")
DATED_ZH = re.compile(r"日期|时间|日$|生日")

SHARES = _set("percent percentage pct share ratio rate")
SHARES_ZH = re.compile(r"百分比|占比|比例|比率|率$")
NO_SHARES = _set("growth change return interest exchange diff difference increase roi heart frame hourly daily")
NUMBERS_OF = _set(
    "count counts number num n qty quantity tenure months days weeks years visits orders calls purchases times tickets "
    "logins sessions children dependents clicks complaints"
)
NUMBERS_OF_ZH = re.compile(r"次数|数量|天数|月数|年数|人数|件数|个数|时长|在网月")
NO_NUMBERS_OF = _set("change diff difference balance net delta growth trend z score until offset")
BORN = _set("birth birthday birthdate born dob")
BORN_ZH = re.compile(r"出生|生日")
BEGUN = _set("signup signed since registered registration joined created opened enrolled first purchase purchased last")
BEGUN_ZH = re.compile(r"注册|开户|创建|入网|加入|购买日|下单|首次|最近")

# What happens with the outcome or after it, so that it cannot be known before.
ENDINGS = _set(
    "churn churned churner cancel cancelled canceled cancellation terminated termination exit exited closed closure "
    "left leaving attrition unsubscribe unsubscribed refund refunded chargeback writeoff offboarding"
)
ENDINGS_ZH = re.compile(r"流失|注销|退订|销户|离网|解约|退网|取消")
ABOUT_AN_ENDING = _set("date day time reason reasons type category score value month at on comment feedback")
ABOUT_AN_ENDING_ZH = re.compile(r"日期|时间|原因|类型|得分|评分|备注|月份")
LENGTH_OF_A_CALL = _set("duration call last contact")
CALLED = _set("contact campaign poutcome pdays previous call caller")

# What people want to predict, the strongest words first.
CHURN = _set("churn churned churner attrition attrited exited 流失 是否流失 客户流失 已流失")
LIFETIME_VALUE = frozenset({"lifetime value"}) | _set("lifetimevalue ltv clv cltv 生命周期价值 客户价值 客户终身价值")
NAMED_TARGET = _set("target label outcome 目标 标签")
REACTION = frozenset({"accepted offer", "offer accepted", "default payment next month", "good bad"}) | _set(
    "accepted conversion converted response responded subscribed purchased default defaulted "
    "是否购买 是否响应 响应 转化 是否转化 违约 是否违约"
)
YEARLY_VALUE = frozenset({"yearly value", "annual value", "next year value", "value next year", "年价值"})
WEAK_TARGET = frozenset({"class", "y", "credit", "credit risk"})
TARGETS = (CHURN, LIFETIME_VALUE, NAMED_TARGET, REACTION, YEARLY_VALUE, WEAK_TARGET)
TARGET_FILLERS = _set("is has was will did customer client flag status value the indicator next month year")

GROUPING = _set(
    "gender sex age senior seniors marital married marriage partner dependents dependants region ethnicity ethnic race "
    "nationality country zip zipcode postcode postal education employment employed disability disabled religion "
    "language state province foreign newbie"
)
NO_PERSONS_AGE = _set("account policy contract vehicle car tenure order device product")
GROUPING_PHRASES = ("personal status", "age group", "age band", "city tier")
GROUPING_ZH = re.compile(
    r"性别|年龄|婚姻|婚否|学历|教育|民族|国籍|地区|省份|^省|城市等级|区域|宗教|残疾|就业|户籍|细分"
)


def words_of(name: str) -> tuple[str, ...]:
    """Split a column's name into lower-case words.

    Parameters
    ----------
    name : str
        The column's name.

    Returns
    -------
    tuple of str
        Its words.

    Examples
    --------
    >>> words_of("SeniorCitizen"), words_of("customer_ID"), words_of("Months.Since  claim")
    (('senior', 'citizen'), ('customer', 'id'), ('months', 'since', 'claim'))
    """
    return tuple(word for word in BETWEEN_WORDS.split(CAMEL.sub(" ", name).lower()) if word)


def names_an_identifier(name: str) -> bool:
    """Whether a name says that the column tells customers apart.

    Parameters
    ----------
    name : str
        The column's name.

    Returns
    -------
    bool
        True for names such as customerID, 客户编号, phone.

    Examples
    --------
    >>> [names_an_identifier(name) for name in ("customerID", "客户编号", "zip_code", "paid", "number_of_calls")]
    [True, True, False, False, False]
    """
    words = words_of(name)
    if not words:
        return False
    if " ".join(words) in PERSON_NAMES or IDENTIFYING_ZH.search(" ".join(words)):
        return True
    ends = {words[0] if words[0] in ("id", "uuid", "guid") else words[-1], words[-1]}
    return bool(ends & IDENTIFYING) and not set(words) & PLACES


def names_a_person(name: str) -> bool:
    """Whether a column holds what people are called, which several of them may share.

    Parameters
    ----------
    name : str
        The column's name.

    Returns
    -------
    bool
        True for names such as surname, full name, 姓名.

    Examples
    --------
    >>> [names_a_person(name) for name in ("full_name", "surname", "客户姓名", "customerID", "手机号")]
    [True, True, True, False, False]
    """
    return bool(set(words_of(name)) & {"name", "surname", "fullname"}) or "名" in name


def names_row_numbers(name: str) -> bool:
    """Whether a name, or its absence, says that the column only numbers the rows.

    Parameters
    ----------
    name : str
        The column's name.

    Returns
    -------
    bool
        True for names such as index, Unnamed: 0, 序号.
    """
    return " ".join(words_of(name)) in ROW_NUMBERS


def names_a_code(name: str) -> bool:
    """Whether a name says that numbers in the column are labels in disguise.

    Parameters
    ----------
    name : str
        The column's name.

    Returns
    -------
    bool
        True for names such as plan_type, zip.

    Examples
    --------
    >>> names_a_code("plan type"), names_a_code("number_of_plans"), names_a_code("类型")
    (True, False, True)
    """
    words = set(words_of(name))
    return (bool(words & CODED) and not words & COUNTED) or bool(CODED_ZH.search(name))


def names_a_date(name: str) -> bool:
    """Whether a name says that the column holds dates.

    Parameters
    ----------
    name : str
        The column's name.

    Returns
    -------
    bool
        True for names such as signup_date, 日期.
    """
    return bool(set(words_of(name)) & DATED) or bool(DATED_ZH.search(name))


def names_a_value(name: str) -> bool:
    """Whether a name says that the column is an amount that people want to predict.

    Parameters
    ----------
    name : str
        The column's name.

    Returns
    -------
    bool
        True for names such as Customer Lifetime Value.
    """
    rank = target_rank(name)
    return rank is not None and TARGETS[rank] in (LIFETIME_VALUE, YEARLY_VALUE)


def target_rank(name: str) -> int | None:
    """How strongly a name says that the column is what people want to predict.

    Parameters
    ----------
    name : str
        The column's name.

    Returns
    -------
    int or None
        0 for the strongest; None if it does not say so.

    Examples
    --------
    >>> [target_rank(name) for name in ("Churn", "Customer Lifetime Value", "is_churned", "churn reason")]
    [0, 1, 0, None]
    """
    words = words_of(name)
    core = tuple(word for word in words if word not in TARGET_FILLERS)
    spellings = {" ".join(words), " ".join(core), " ".join(words).removeprefix("customer "), "".join(words)}
    for rank, known in enumerate(TARGETS):
        if spellings & known:
            return rank
    return None


def names_a_segment(name: str) -> bool:
    """Whether a name says that the column puts people into groups between which models should be fair.

    Parameters
    ----------
    name : str
        The column's name.

    Returns
    -------
    bool
        True for names such as gender, SeniorCitizen, 地区.

    Examples
    --------
    >>> [names_a_segment(name) for name in ("Gender", "SeniorCitizen", "age", "account_age", "usage", "地区")]
    [True, True, True, False, False, True]
    """
    words = words_of(name)
    if "age" in words and set(words) & NO_PERSONS_AGE:
        return False
    phrase = " ".join(words)
    return bool(set(words) & GROUPING) or any(p in phrase for p in GROUPING_PHRASES) or bool(GROUPING_ZH.search(name))


def names_an_age(name: str) -> bool:
    """Whether a name says that the column holds people's ages.

    Parameters
    ----------
    name : str
        The column's name.

    Returns
    -------
    bool
        True for names such as age, 年龄.
    """
    return "age" in words_of(name) or "年龄" in name


def names_a_share(name: str) -> bool:
    """Whether a name says that the column holds shares of a whole.

    Parameters
    ----------
    name : str
        The column's name.

    Returns
    -------
    bool
        True for names such as discount_pct, 占比.

    Examples
    --------
    >>> [names_a_share(name) for name in ("discount_pct", "open rate", "growth rate", "折扣率")]
    [True, True, False, True]
    """
    words = set(words_of(name))
    return (bool(words & SHARES) and not words & NO_SHARES) or bool(SHARES_ZH.search(name))


def names_a_number_of(name: str) -> bool:
    """Whether a name says that the column counts things, or a length of time.

    Parameters
    ----------
    name : str
        The column's name.

    Returns
    -------
    bool
        True for names such as tenure, number_of_calls, 购买次数.

    Examples
    --------
    >>> [names_a_number_of(name) for name in ("tenure", "number of calls", "balance", "购买次数")]
    [True, True, False, True]
    """
    words = set(words_of(name))
    return (bool(words & NUMBERS_OF) and not words & NO_NUMBERS_OF) or bool(NUMBERS_OF_ZH.search(name))


def names_a_birthday(name: str) -> bool:
    """Whether a name says that the column holds days of birth.

    Parameters
    ----------
    name : str
        The column's name.

    Returns
    -------
    bool
        True for names such as birth_date, 出生日期.
    """
    return bool(set(words_of(name)) & BORN) or bool(BORN_ZH.search(name))


def names_a_beginning(name: str) -> bool:
    """Whether a name says that the column holds dates of something that has been.

    Parameters
    ----------
    name : str
        The column's name.

    Returns
    -------
    bool
        True for names such as signup_date, 注册日期.
    """
    return bool(set(words_of(name)) & BEGUN) or bool(BEGUN_ZH.search(name))


def names_an_aftermath(name: str, target: str, others: tuple[str, ...]) -> bool:
    """Whether a name says that the column is filled with the outcome or after it.

    Parameters
    ----------
    name : str
        The column's name.
    target : str
        Column to predict.
    others : tuple of str
        Names of all columns.

    Returns
    -------
    bool
        True for names such as churn_reason, and for the duration of the call by which an offer was made.

    Examples
    --------
    >>> names_an_aftermath("Churn Reason", "Churn", ()), names_an_aftermath("duration", "y", ("duration", "campaign"))
    (True, True)
    >>> names_an_aftermath("duration", "bad", ("duration", "purpose")), names_an_aftermath("tenure", "Churn", ())
    (False, False)
    """
    words, asked = set(words_of(name)), set(words_of(target)) - TARGET_FILLERS
    if (words & ENDINGS and words & ABOUT_AN_ENDING) or (ENDINGS_ZH.search(name) and ABOUT_AN_ENDING_ZH.search(name)):
        return True
    if asked and asked <= words and words & ABOUT_AN_ENDING:
        return True
    if "duration" in words and words <= LENGTH_OF_A_CALL:
        return any(set(words_of(other)) & CALLED for other in others)
    return "通话时长" in name and any("外呼" in other or "营销" in other for other in others)
