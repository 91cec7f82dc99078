"""Words that the labelled cells are made of.

They were written for them and are not read by the detector; frequent names are in the detector's lists as well. Of the
500 names that are made with the usual seed, two thirds of the English ones have a part that no list of the detector
holds, and a fifth are wholly unknown to them.
"""

# ruff: noqa: E501 - one header a line

from __future__ import annotations


def _listed(text: str) -> list[str]:
    return [word.strip() for word in text.split("|")]


# Headers that say nothing.
SILENT = ("", "value", "field 3", "info", "remark", "内容", "column 7", "备注", "x1", "detail")

GIVEN_EN = _listed(
    "Siobhan|Aoife|Niamh|Callum|Ewan|Imogen|Poppy|Freya|Rowan|Harper|Maeve|Declan|Tobias|Leticia|Marisol|Ximena|"
    "Joaquin|Rafaela|Thiago|Beatriz|Catarina|Ngozi|Chinedu|Kwame|Amara|Thandiwe|Zainab|Fatoumata|Yuki|Haruto|"
    "Sakura|Minh|Thuy|Priyanka|Aditya|Rohan|Sunita|Farhan|Layla|Noor|Omid|Katarzyna|Wojciech|Zsofia|Bence|Milena|"
    "Goran|Astrid|Leif|Sanne|Joris|Pieter|Anneliese|Dieter|Heike|Giorgia|Matteo|Chiara|Eleni|Nikos|Kerem|Elif|"
    "Svetlana|Oksana|Bogdan|James|Mary|Robert|Linda|Michael|Susan|David|Karen|Emma|Olivia|Noah|Liam|Charlotte|"
    "Amelia|Henry|Jack|Grace|Ruby|Oscar|Alfie|Jasper|Quentin|Delphine|Mathilde|Benoit|Solveig|Eirik|Saoirse|Tariq|"
    "Yasmin|Lakshmi|Deepika|Ravindra|Gwen|Bronwyn|Rhys|Carys|Angus|Morag|Clint|Darlene|Shaniqua|Tyrell|DeShawn|"
    "Latoya|Brooklyn|Skyler|Peyton|Hudson|Paisley"
)

FAMILY_EN = _listed(
    "Gallagher|O'Sullivan|McAllister|Fitzpatrick|Penhaligon|Featherstone|Ashworth|Bickerstaff|Cholmondeley|"
    "Drummond|Entwistle|Farquhar|Gillespie|Hathaway|Inglis|Jardine|Kinsella|Lockhart|Montague|Nettleton|Oakley|"
    "Pemberton|Quigley|Rutherford|Sinclair|Tremblay|Underhill|Vandermeer|Wetherby|Yardley|Okafor|Mensah|Adeyemi|"
    "Nkosi|Diallo|Abubakar|Takahashi|Watanabe|Kobayashi|Nguyen|Pham|Lim|Tan|Chatterjee|Iyer|Subramanian|Malhotra|"
    "Bhattacharya|Rahman|Siddiqui|Hosseini|Kowalczyk|Nowak|Szabo|Horvat|Kovalenko|Petrenko|Lindqvist|Bergstrom|"
    "Haugen|Rasmussen|de Vries|van Dijk|Baumgartner|Hoffmann|Schäfer|Esposito|Marchetti|Papadopoulos|Yilmaz|Demir|"
    "Ivanova|Volkov|Smith|Jones|Taylor|Brown|Wilson|Johnson|Davies|Evans|Walker|White|Green|Hall|Wood|Clarke|"
    "Lopez|Hernandez|Castellanos|Villanueva|Echeverria|Monteiro|Carvalho|Fonseca|Dupont|Lefebvre|Girard|Chevalier|"
    "Blackwood|Stanhope|Truesdale|Whitaker|Zeller|Kessler|Brandt|Vogel"
)

# Names that hardly any list of frequent names knows.
RARE_GIVEN_EN = _listed(
    "Ottokar|Evadne|Ptolemy|Wilhelmina|Zebedee|Calliope|Thelonious|Persis|Ignatius|Cosima|Lysander|Araminta|"
    "Balthazar|Clementine|Drusilla|Endymion|Fiorella|Ghislaine|Hyacinth|Isolde|Jocasta|Leocadia|Mirabel|Nehemiah|"
    "Ondine|Peregrine|Rosamund|Sunniva|Tacita|Valdemar|Wenceslas|Xanthe|Yevgenia|Zenobia|Absalom|Bathsheba|Cadmus|"
    "Dorothea|Eudora|Florian|Gwendolen|Hezekiah|Ianthe|Jedediah|Kunigunde|Lucasta|Melisande|Nicodemus|Orsolya|"
    "Philomena|Quirin|Rodrigue|Seraphina|Tancred"
)

RARE_FAMILY_EN = _listed(
    "Abernathy|Blenkinsop|Cattermole|Dimmesdale|Fotheringham|Goodfellow|Hollingberry|Ickes|Jellicoe|Kilpatrick|"
    "Lovelace|Massingberd|Netherfield|Onslow|Prendergast|Quackenbush|Sackville|Thistlewood|Ullman|Vavasour|"
    "Wigglesworth|Xiloj|Yarborough|Zuckerman|Twelvetrees|Smallbone|Gotobed|Ravenscroft|Pettigrew|Oglethorpe|"
    "Nancarrow|Murgatroyd|Lillywhite|Kenworthy|Jephcott|Illingworth|Huckstep|Gascoigne|Fazackerley|Eccleston|"
    "Duckworth|Copplestone|Birtwistle|Arbuthnot|Trevelyan|Zumthor|Wüthrich|Vanterpool|Uzcategui|Szczypka|"
    "Rautavaara|Quispe|Ouedraogo|Nzeogwu|Mkrtchyan"
)

RARE_GIVEN_ZH = _listed(
    "翀|赟|彧|喦|祯|劼|沄|垚|淼|焱|懋|珅|旸|昶|弢|戬|叡哲|觅云|溦|甯远|寯藻|皕|鋆|犇|骉|邈|囡囡|沛霖|霈|羿|翯|翙|"
    "祎宸|珩|玙|玘|瑀|璟雯|芊羽|苡沫|茉|荞|栀子|柒|梵|泠|洛伊|凇"
)

PINYIN = _listed(
    "Wei Zhang|Xiaoming Wang|Li Na|Chen Jing|Zhao Lei|Guo Qiang|Yuhan Liu|Sun Yixuan|Zhou Mei|Huang Jiahao|"
    "Lin Shuting|Xu Zhiyuan|He Dan|Feng Xue|Ouyang Li|Tang Wenbo|Pan Yue|Jiang Shan|Song Yuqi|Deng Chao"
)

FAMILY_ZH = _listed(
    "王|李|张|刘|陈|杨|赵|黄|周|吴|徐|孙|胡|朱|高|林|何|郭|马|罗|梁|宋|郑|谢|韩|唐|冯|于|董|萧|程|曹|袁|邓|许|傅|"
    "沈|曾|彭|吕|苏|卢|蒋|蔡|贾|丁|魏|薛|叶|阎|余|潘|杜|戴|夏|钟|汪|田|任|姜|范|方|石|姚|谭|廖|邹|熊|金|陆|郝|孔|"
    "白|崔|康|毛|邱|秦|江|史|顾|侯|邵|孟|龙|万|段|岳|齐|尹|黎|易|常|武|乔|贺|赖|龚|文|翟|鲍|柯|裴|滕|冉|符|阮|桂|"
    "植|隋|欧阳|司徒|上官|诸葛|慕容"
)

GIVEN_ZH = _listed(
    "伟|芳|秀英|建国|志强|丽娟|子涵|浩然|雨桐|欣怡|梓萱|宇轩|思远|佳琪|晓燕|海波|国栋|春梅|桂花|永福|玉兰|淑芬|"
    "俊杰|文博|静怡|一诺|沐宸|若曦|诗雨|天佑|振华|卫东|红军|爱民|跃进|小红|大勇|敏|磊|洋|婷|娜|超|军|倩|颖|旭|蕾|"
    "晨|璐|鹏|涛|明哲|嘉懿|煜城|懿轩|烨伟|苑博|伟泽|熠彤|鸿煊|博涛|烨霖|烨华|煜祺|智宸|正豪|昊然|明杰|立诚|立轩|"
    "立辉|峻熙|弘文|熠彤|鸿煊|哲瀚|鑫鹏|昕磊|子默|晟睿|书瑶|可馨|语嫣|安琪|慧敏|凤英|金凤|素珍|月娥|根生|长贵|"
    "满仓|水生|火旺|木兰|秋实|冬梅|夏雨|念慈|思齐|怀瑾|握瑜|令仪|清扬|静姝|采薇|攸宁|知远|望舒|景行|允执"
)

STREET_EN = _listed(
    "Maple|Oakwood|Cedar|Willow|Chestnut|Magnolia|Jefferson|Lincoln|Madison|Franklin|Kensington|Gloucester|"
    "Marlborough|Primrose|Hawthorn|Elmwood|Riverside|Lakeview|Sunset|Church|Station|Victoria|Albert|Windsor|"
    "Nelson|Mill|Bridge|Harbour|Meadow|Orchard|Thornhill|Ashbourne|Wellington"
)

KIND_EN = _listed(
    "Street|St|Avenue|Ave|Road|Rd|Lane|Drive|Dr|Court|Boulevard|Blvd|Place|Way|Close|Crescent|Terrace|Square"
)

TOWN_EN = _listed(
    "Springfield|Portland|Leeds|Bristol|Madison|Dayton|Reading|Norwich|Austin|Fairview|Croydon|Toledo|Brighton|"
    "Salem|Oxford|Cardiff|Dundee|Boise|Tampa|Galway"
)

STATES = _listed("CA|TX|NY|OH|WA|IL|FL|MA|OR|CO|GA|NC")

CITY_ZH = _listed(
    "北京市|上海市|天津市|重庆市|广东省广州市|广东省深圳市|浙江省杭州市|江苏省南京市|江苏省苏州市|四川省成都市|"
    "湖北省武汉市|陕西省西安市|山东省青岛市|福建省厦门市|湖南省长沙市|辽宁省大连市|河南省郑州市|云南省昆明市|"
    "广西壮族自治区南宁市|新疆维吾尔自治区乌鲁木齐市"
)

AREA_ZH = _listed(
    "朝阳区|海淀区|浦东新区|天河区|南山区|西湖区|鼓楼区|吴中区|武侯区|江汉区|雁塔区|市南区|思明区|岳麓区|中山区|"
    "金水区|五华区|青秀区|渝中区|和平区"
)

ROAD_ZH = _listed(
    "建国路|中关村大街|世纪大道|体育西路|科技园南路|文三路|中山北路|人民路|解放大道|长安街|香港中路|湖滨南路|"
    "麓山南路|鲁迅路|花园路|学府巷|柳荫胡同|新华里|望江东路|和平西街"
)

ESTATE_ZH = _listed("阳光花园|翡翠城|金地家园|万科新村|碧桂苑|紫荆公寓|世贸大厦|东方广场|绿地小区|滨江一号院")

PRODUCTS_EN = _listed(
    "City Bike|Basic plan|Month-to-month|Premium Plus|Family Bundle|Wireless Mouse|Desk Lamp|Electronic check|"
    "Blue Jacket|Running Shoes|Coffee Maker|Garden Hose|Smart Watch|Office Chair|Steel Bottle|Cotton Shirt|"
    "Credit card (automatic)|Two year|No internet service|Fiber optic|Mailed check|Bank Transfer|Rainy Day Fund|"
    "Gold Member|Silver Tier|Loyalty Card|Yes|No|Unknown|Male|Female|Married|Single|Corporate L3|Four-Door Car|"
    "SUV|Retail Store|Call Center|Web Shop|Spring Sale|Black Friday|Monthly Newsletter|Customer Service|"
    "Data Scientist|Sales Manager|Software Engineer|High School|Master Degree|Laptop & Accessory|Home Decor|"
    "Kitchen Set|Organic Tea|Dark Chocolate|Olive Oil|Mountain Trail|Ocean View|Standard Shipping|"
    "Express Delivery|Annual Contract|Late Fee|Red Wine|Green Apple|Sunday Morning|Winter Coat|Leather Wallet|"
    "Yoga Mat|Baby Stroller|Dog Food|Power Bank|Screen Protector|Travel Mug|Water Filter|Hiking Boots|Ceiling Fan|"
    "Rice Cooker|Vacuum Cleaner|Picture Frame|Wall Clock|Notebook Paper|Ball Pen|Tape Dispenser|Storage Box|"
    "Tennis Racket|Swim Goggles|Phone Case|Gift Voucher"
)

PLACES_EN = _listed(
    "New York|Los Angeles|San Francisco|Las Vegas|Salt Lake City|Hong Kong|Cape Town|Buenos Aires|Tel Aviv|"
    "Santa Monica|Fort Worth|Kuala Lumpur|New Delhi|Rio de Janeiro|South Africa|United Kingdom|Costa Rica|"
    "Sri Lanka|North Carolina|West Virginia|London|Paris|Berlin|Madrid|Springfield|Baton Rouge|Palm Springs|"
    "Long Beach|Grand Rapids|Little Rock"
)

FIRMS_EN = _listed(
    "Acme Ltd|Northwind Traders Inc|Blue Ridge Energy|Global Logistics Company|Pacific Insurance Group|"
    "First National Bank|Sunrise Foods Inc|Delta Software Ltd|Union Steel Corp|City General Hospital|"
    "Green Valley Farms|Summit Capital Partners|Harbor Freight Services|Star Media Group|Atlas Machine Works"
)

WORDS_ZH = _listed(
    "是|否|男|女|未知|其他|普通会员|黄金会员|金牌|白银|高级|高端|标准级|二级|消费者|公司|小型企业|办公用品|家具|"
    "技术|装订机|路由器|蓝牙耳机|牛仔裤|连衣裙|马克杯|毛巾|保温杯|智能手表|充电宝|水果|花生|文具|白色|黄色|红色|"
    "华东|华北|西南|安徽|云南|江苏|广东|广州|杭州|宁波|常州|温州|金华|唐山|黄山|石家庄|张家口|马鞍山|连云港|"
    "秦皇岛|牡丹江|齐齐哈尔|安全|任何|方便|平安|成功|关闭|包月套餐|流量包|支付宝|微信支付|银行转账|货到付款|月付|"
    "年付|已婚|未婚|离异|本科|硕士|高中|经理|工程师|教师|司机|程序员|顾客|商务|江西|海南|吉林|成都|武汉|徐州|柳州|"
    "梅州|龙岩|岳阳|邵阳|安阳|余额不足|毕业生|时间|应届生|项链|计算机|和平区|高新区|陶瓷碗|熊猫玩偶|沙发|汤锅|"
    "金枪鱼|黄油饼干|苏打水|钟表|文件夹|夏凉被|雷达表|孔雀蓝|白酒|田园风|贺卡|满意|一般|不满意|严重|明显|周末|"
    "周一|季度|华为|康佳|联想|方太|万达广场|王府井|史努比|戴尔|马自达|罗马柱|温泉票|路线图|常用地址|阳光房"
)

FIRMS_ZH = _listed(
    "深圳市腾达科技有限公司|华夏银行|金龙贸易公司|方正集团|张记小吃店|王氏餐饮管理公司|南方电网|上海分公司|"
    "高盛商贸有限公司|东方医院"
)

SENTENCES = _listed(
    "The delivery came two days late|房间很大，服务也不错|Please call back next week|物流太慢了，希望改进|"
    "Battery lasts long|Would buy again at this price|位置不错，离地铁2号线近|客服态度很好，解决了问题|"
    "Refund was processed quickly|距离路口很近，出门右转就到"
)

# Headers that say what stands below them, English and Chinese.
HEADERS = {
    "name": (["customer_name", "Full Name", "contact person", "cardholder", "Customer Name"], ["姓名", "客户姓名", "联系人", "收货人姓名", "客户名称"]),
    "email": (["email", "E-mail address", "contact_email"], ["邮箱", "电子邮箱", "邮箱地址"]),
    "telephone": (["phone", "Telephone", "mobile_number", "contact number", "PhoneNumber"], ["手机号", "联系电话", "电话", "手机号码", "联系方式"]),
    "address": (["address", "billing_address", "Street", "shipping address"], ["地址", "收货地址", "家庭住址", "通讯地址"]),
    "resident_id": (["id_card", "national_id", "resident id number"], ["身份证号", "身份证号码", "证件号码", "公民身份号码"]),
    "ssn": (["ssn", "SocialSecurityNumber", "social_security"], ["社会安全号", "社会安全号码", "美国社安号"]),
    "bank_card": (["card_number", "CreditCardNumber", "bank card", "debit card no"], ["银行卡号", "卡号", "信用卡号"]),
    "ip_address": (["ip", "ip_address", "client_ip", "LoginIP"], ["IP地址", "登录IP", "ip"]),
    "birth_date": (["birthday", "date_of_birth", "dob", "BirthDate"], ["出生日期", "生日", "出生年月日"]),
}  # fmt: skip
