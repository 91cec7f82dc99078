"""What a column's name says about personal data in it."""

from __future__ import annotations

import re
from enum import Enum

from crm_ai.personal_data.sensitive import Sensitive
from crm_ai.table.names import words_of


class Hint(Enum):
    """Whether a column's name speaks for or against a kind of personal data."""

    FOR = 1
    SILENT = 0
    AGAINST = -1


# Names as words_of writes them: lower case, words parted by one blank.
SAYS = {
    Sensitive.NAME: re.compile(
        r"\b(sur|fore|first|last|full|given|family|middle|maiden|nick)[ ]?name\b|^names$|\bfname\b|\blname\b"
        r"|\b(customer|client|contact|person|people|user|member|subscriber|guest|patient|employee|staff|agent|owner"
        r"|holder|recipient|buyer|passenger|account holder|account|billing|shipping|shipped to|legal|display|lead"
        r"|applicant|insured|borrower|guardian|parent|spouse|consultant|advisor|manager|sales ?rep)s? names?\b"
        r"|\bcard ?holder\b|\bcontact person\b"
        r"|姓名|名字|客户名|联系人|收货人|收件人|寄件人|持卡人|会员名|业主|户主|经办人|负责人|申请人|被保人|投保人|受益人|^姓$|^名$|^顾客$"
    ),
    Sensitive.EMAIL: re.compile(r"\be ?mails?\b|\bmail (address|id)\b|^mail$|邮箱|电邮|电子邮件|邮件地址"),
    Sensitive.TELEPHONE: re.compile(
        r"\b(tele)?phones?\b|\bmobiles?\b|\bcell(phone)?\b|\btel\b|\bfax\b|\bwhatsapp\b|\bmsisdn\b|\blandline\b"
        r"|\bcontact (number|no)\b|\bcall ?back number\b|电话|手机|联系方式|传真|座机"
    ),
    Sensitive.ADDRESS: re.compile(
        r"\baddress(es)?\b|\baddr\b|\bstreet\b|\bresidence\b|\b(ship|deliver|bill) to$|地址|住址|住所|收货地|街道"
    ),
    Sensitive.RESIDENT_ID: re.compile(
        r"\b(resident|national|citizen|identity|chinese)( card| no)?( id| number)\b|\bid (card|number|no)\b"
        r"|\bidentity card\b|\bidcard\b|身份证|身份号|证件号|公民身份"
    ),
    Sensitive.SSN: re.compile(r"\bssn\b|\bsocial sec(urity)?\b|\bsoc sec\b|\btax ?payer id\b|社会安全|社安号"),
    Sensitive.BANK_CARD: re.compile(
        r"\b(credit|debit|bank|payment)( card)?( number| no| num)\b|\bcard (number|no|num)\b|\bpan\b"
        r"|\bccn?( num| number)?\b|\b(credit|debit|bank) ?card\b|卡号|银行卡|信用卡|借记卡|储蓄卡"
    ),
    Sensitive.IP_ADDRESS: re.compile(r"\bip( ?v[46])?\b|\bremote addr\b|(?<![a-z])ip(?![a-z])"),
    Sensitive.BIRTH_DATE: re.compile(r"\bbirth|\bdob\b|\bborn\b|\bd o b\b|出生|生日|诞辰"),
}

CODES = re.compile(
    r"\border|\binvoice|\bsku\b|\btransaction|\bproduct|\bitem|\btracking|\bserial|\bamount\b|\bprice|\bquantity"
    r"|\bqty\b|\bversion|\bbatch|\bbarcode|\bean\b|\bupc\b|\bisbn\b|\bparcel|\bshipment|\breceipt|\bticket|\bvoucher|\bcoupon"
    r"|\buuid\b|\bguid\b|\bpart (number|no)\b|\bmodel|\bcontract|\bpolicy|\breference\b|\bref\b|\bcount\b|\btotal\b"
    r"|\brevenue|\bsales\b|\bspend|\bincome\b|\bbalance\b|\btimestamp\b|\bdate\b|\btime\b|\bcharges?\b|\bcost|\bscore\b|\bprofit\b|\bweight\b"
    r"|订单|单号|流水|物流|快递|运单|发票|商品|产品|金额|价格|版本|货号|序列|批次|条码|合同|保单|数量|日期|时间|消费|余额"
)
THINGS = re.compile(
    r"\b(product|plan|city|town|company|firm|brand|store|shop|branch|campaign|category|file|item|model|type|course|project"
    r"|event|channel|department|team|state|region|country|county|province|district|title|status|segment|package|tariff"
    r"|service|device|vehicle|hotel|bank|school|university|page|device|colou?r|material|job|occupation|profession|language"
    r"|currency|reason|answer|label|class|group|tier|level|gender|sex|contract|payment|coverage|education|employer|industry"
    r"|website|domain|host|month|weekday|day|date|time|order|sku|address|street|email)s?\b"
    r"|产品|商品|品牌|公司|门店|城市|地区|省|国家|套餐|类别|部门|渠道|活动|企业|店铺|项目|机构|标题|类型|方式|状态|等级|城区|区县"
    r"|课程|职业|职位|行业|学历|学校|性别|颜色|原因|单位|银行|语言|星期|月份|地址|订单|编号|型号|规格|分类|标签|细分|日期"
)
OTHER_DATES = re.compile(
    r"\b(sign ?up|sign|signed|register|registered|registration|order|ordered|create|created|update|updated|purchase"
    r"|purchased|start|end|expir\w*|payment|paid|visit|delivery|shipped|ship|since|join|joined|login|renewal|effective|contract|invoice"
    r"|transaction|subscription|subscribed|last|due|hire|hired|opened|closed|activation|activated|modified|contact|churn"
    r"|cancel\w*|report|snapshot|installed|warranty|manufactur\w*|released?|published|event|first|booking|accident|policy)\b"
    r"|注册|下单|订单|创建|更新|购买|发货|开户|到期|入会|激活|登录|入职|签约|缴费|支付|生效|交易|安装|生产|最近|上次|首次|截止|访问"
)
VERSIONS = re.compile(r"\bversion|\bbuild\b|\brelease\b|\bfirmware\b|\bsection\b|\bchapter\b|版本|固件|章节")
OTHER_ADDRESSES = re.compile(
    r"\b(e ?mail|mail|ip|mac|web|url|site|wallet|number of|numberof|count|has|is)\b|邮箱|邮件|网址|数量"
)

AGAINST = {
    Sensitive.NAME: THINGS,
    Sensitive.TELEPHONE: CODES,
    Sensitive.RESIDENT_ID: CODES,
    Sensitive.SSN: CODES,
    Sensitive.BANK_CARD: CODES,
    Sensitive.IP_ADDRESS: VERSIONS,
    Sensitive.BIRTH_DATE: OTHER_DATES,
    Sensitive.ADDRESS: OTHER_ADDRESSES,
}
# A column of telephones is no column of cards: only one of these can be meant.
DIGITS = frozenset(
    {Sensitive.TELEPHONE, Sensitive.RESIDENT_ID, Sensitive.SSN, Sensitive.BANK_CARD, Sensitive.IP_ADDRESS}
)


def hint_of(name: str, what: Sensitive) -> Hint:
    """Whether a column's name speaks for or against a kind of personal data in it.

    Parameters
    ----------
    name : str
        The column's name; empty if it is not known.
    what : Sensitive
        The kind.

    Returns
    -------
    Hint
        For, against, or silent.

    Examples
    --------
    >>> hint_of("customer_name", Sensitive.NAME), hint_of("Product Name", Sensitive.NAME)
    (<Hint.FOR: 1>, <Hint.AGAINST: -1>)
    >>> hint_of("出生日期", Sensitive.BIRTH_DATE), hint_of("order number", Sensitive.TELEPHONE)
    (<Hint.FOR: 1>, <Hint.AGAINST: -1>)
    """
    words = " ".join(words_of(name))
    opposed = what in AGAINST and bool(AGAINST[what].search(words))
    if SAYS[what].search(words):
        return Hint.AGAINST if opposed and what is Sensitive.ADDRESS else Hint.FOR
    others = DIGITS - {what} if what in DIGITS else frozenset()
    return Hint.AGAINST if opposed or any(SAYS[other].search(words) for other in others) else Hint.SILENT
