"""Who plays: sites, clients and shops. Fixed by name, so that the clients' files can speak of them."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sandbox.world.model import Shop, Site

SITES = {
    site.code: site
    for site in (
        Site("US", "USD", "America/Los_Angeles", "en", tax_on_top=True),
        Site("DE", "EUR", "Europe/Berlin", "de"),
        Site("FR", "EUR", "Europe/Paris", "fr"),
        Site("GB", "GBP", "Europe/London", "en"),
        Site("JP", "JPY", "Asia/Tokyo", "ja", decimals=0),
        Site("SG", "SGD", "Asia/Singapore", "en"),
        Site("MY", "MYR", "Asia/Kuala_Lumpur", "en"),
        Site("PH", "PHP", "Asia/Manila", "en"),
        Site("VN", "VND", "Asia/Ho_Chi_Minh", "vi", decimals=0),
        Site("TH", "THB", "Asia/Bangkok", "th"),
        Site("ID", "IDR", "Asia/Jakarta", "en"),
        # Where the sellers to businesses sit; they price in dollars.
        Site("CN", "USD", "Asia/Shanghai", "zh"),
        Site("HK", "USD", "Asia/Hong_Kong", "en"),
    )
}
ZONES = {code: ZoneInfo(site.zone) for code, site in SITES.items()}

# What is open in this world, as packages of the sandbox. A shop's number is its place below, whether or not it is open.
OPEN = (
    "amazon", "lazada", "aftership", "alibaba", "aliexpress", "dhl", "ebay", "etsy", "filedrop", "globalsources",
    "paypal", "shopify", "track17", "woocommerce")

SHOPS = {
    name: Shop(name, client, marketplace, sites, number, share)
    for number, (name, client, marketplace, sites, share) in enumerate(
        (
            ("lumora_amazon_us", "lumora", "amazon", ("US",), 0.18),
            ("lumora_amazon_eu", "lumora", "amazon", ("DE", "FR"), 0.13),
            ("lumora_lazada_sg", "lumora", "lazada", ("SG",), 0.09),
            ("northpeak_amazon_eu", "northpeak", "amazon", ("GB", "DE"), 0.14),
            ("northpeak_lazada_my", "northpeak", "lazada", ("MY",), 0.10),
            ("northpeak_lazada_ph", "northpeak", "lazada", ("PH",), 0.10),
            ("teahaus_amazon_jp", "teahaus", "amazon", ("JP",), 0.10),
            ("teahaus_lazada_vn", "teahaus", "lazada", ("VN",), 0.08),
            ("teahaus_lazada_th", "teahaus", "lazada", ("TH",), 0.08),
            ("northpeak_ebay", "northpeak", "ebay", ("GB", "DE"), 0.08),
            ("kiln_ebay", "kiln", "ebay", ("US",), 0.05),
            ("kiln_etsy", "kiln", "etsy", ("US",), 0.07),
            ("lumora_aliexpress", "lumora", "aliexpress", ("US",), 0.07),
            ("lumora_shopify", "lumora", "shopify", ("US",), 0.07),
            ("teahaus_shopify", "teahaus", "shopify", ("JP",), 0.05),
            ("northpeak_woocommerce", "northpeak", "woocommerce", ("DE",), 0.06),
            ("kiln_woocommerce", "kiln", "woocommerce", ("GB",), 0.05),
            # They sell by deals (sandbox.world.deals), not by orders.
            ("harbor_alibaba", "harbor", "alibaba", ("CN",), 0.0),
            ("harbor_globalsources", "harbor", "globalsources", ("HK",), 0.0),
        )
    )
    if marketplace in OPEN
}

# Shops whose trade is between businesses, whether or not they are open: (site, number).
TRADERS = {"harbor_alibaba": ("CN", 17), "harbor_globalsources": ("HK", 18)}
TRADER_CLIENT = "harbor"

# Accounts that sell nothing: payment services, parcel trackers, folders of exports. They take part in OPEN as the shops do.
SERVICES = {
    name: Shop(name, client, marketplace, sites, 500 + number, 0.0)
    for number, (name, client, marketplace, sites) in enumerate(
        (
            ("lumora_paypal", "lumora", "paypal", ("US",)),
            ("northpeak_paypal", "northpeak", "paypal", ("DE",)),
            ("kiln_paypal", "kiln", "paypal", ("GB",)),
            ("lumora_17track", "lumora", "track17", ("US",)),
            ("northpeak_dhl", "northpeak", "dhl", ("DE",)),
            ("kiln_aftership", "kiln", "aftership", ("GB",)),
            ("lumora_files", "lumora", "filedrop", ("US",)),
            ("northpeak_files", "northpeak", "filedrop", ("GB",)),
            ("harbor_offline", "harbor", "globalsources", ("CN",)),  # what Alibaba.com does not tell of its deals
        )
    )
    if marketplace in OPEN
}


@dataclass(frozen=True)
class Client:
    """A brand: its goods (nouns by language), colours or sorts, price range in euro cents."""

    name: str
    sku_prefix: str
    category: str
    nouns: tuple[dict[str, str], ...]
    sorts: tuple[dict[str, str], ...]
    price_range: tuple[int, int]


def _words(*rows: str) -> tuple[dict[str, str], ...]:
    return tuple(dict(zip(("en", "de", "fr", "ja", "zh", "vi", "th"), row.split("|"), strict=True)) for row in rows)


CLIENTS = {
    "lumora": Client(
        "lumora", "LM", "lamps",
        _words(
            "Desk lamp|Schreibtischlampe|Lampe de bureau|デスクライト|台灯|Đèn bàn|โคมไฟตั้งโต๊ะ",
            "Floor lamp|Stehlampe|Lampadaire|フロアライト|落地灯|Đèn sàn|โคมไฟตั้งพื้น",
            "Night light|Nachtlicht|Veilleuse|ナイトライト|小夜灯|Đèn ngủ|ไฟกลางคืน",
            "Ceiling lamp|Deckenleuchte|Plafonnier|シーリングライト|吸顶灯|Đèn trần|โคมไฟเพดาน",
            "Reading lamp|Leselampe|Liseuse|読書灯|阅读灯|Đèn đọc sách|โคมไฟอ่านหนังสือ",
            "Solar lantern|Solarlaterne|Lanterne solaire|ソーラーランタン|太阳能灯|Đèn năng lượng mặt trời|โคมโซลาร์",
            "LED strip|LED-Streifen|Bande LED|LEDテープ|灯带|Dây đèn LED|ไฟเส้น LED",
        ),
        _words(
            "white|weiß|blanc|ホワイト|白色|trắng|สีขาว", "black|schwarz|noir|ブラック|黑色|đen|สีดำ",
            "oak|Eiche|chêne|オーク|橡木色|gỗ sồi|ไม้โอ๊ค", "brass|Messing|laiton|真鍮|黄铜色|đồng thau|ทองเหลือง",
        ),
        (1290, 12900),
    ),
    "northpeak": Client(
        "northpeak", "NP", "outdoor",
        _words(
            "Trekking pole|Trekkingstock|Bâton de marche|トレッキングポール|登山杖|Gậy leo núi|ไม้เท้าเดินป่า",
            "Two-person tent|Zweipersonenzelt|Tente 2 places|二人用テント|双人帐篷|Lều hai người|เต็นท์สองคน",
            "Down sleeping bag|Daunenschlafsack|Sac de couchage|寝袋|睡袋|Túi ngủ|ถุงนอน",
            "Headlamp|Stirnlampe|Lampe frontale|ヘッドライト|头灯|Đèn đội đầu|ไฟฉายคาดหัว",
            "Dry bag 20 l|Packsack 20 l|Sac étanche 20 l|ドライバッグ20L|防水袋20升|Túi chống nước 20l|กระเป๋ากันน้ำ 20 ลิตร",
            "Camping stove|Campingkocher|Réchaud|キャンプストーブ|露营炉|Bếp cắm trại|เตาแคมป์",
            "Insulated bottle|Isolierflasche|Gourde isotherme|断熱ボトル|保温瓶|Bình giữ nhiệt|ขวดเก็บอุณหภูมิ",
            "Rain jacket|Regenjacke|Veste de pluie|レインジャケット|冲锋衣|Áo mưa|เสื้อกันฝน",
        ),
        _words(
            "green|grün|vert|グリーン|绿色|xanh lá|สีเขียว", "orange|orange|orange|オレンジ|橙色|cam|สีส้ม",
            "slate|schiefer|ardoise|スレート|石板灰|xám đá|สีเทา", "sand|sand|sable|サンド|沙色|màu cát|สีทราย",
        ),
        (1490, 18900),
    ),
    "teahaus": Client(
        "teahaus", "TH", "tea",
        _words(
            "Green tea|Grüntee|Thé vert|緑茶|绿茶|Trà xanh|ชาเขียว", "Oolong tea|Oolong|Oolong|烏龍茶|乌龙茶|Trà ô long|ชาอู่หลง",
            "Jasmine tea|Jasmintee|Thé au jasmin|ジャスミン茶|茉莉花茶|Trà lài|ชามะลิ",
            "Pu-erh cake|Pu-Erh-Ziegel|Galette de pu-erh|プーアル茶餅|普洱茶饼|Bánh trà phổ nhĩ|ชาผู่เอ๋อร์อัดแผ่น",
            "Teapot|Teekanne|Théière|急須|茶壶|Ấm trà|กาน้ำชา", "Matcha|Matcha|Matcha|抹茶|抹茶|Bột matcha|มัทฉะ",
        ),
        _words(
            "50 g|50 g|50 g|50g|50克|50 g|50 กรัม", "100 g|100 g|100 g|100g|100克|100 g|100 กรัม",
            "250 g|250 g|250 g|250g|250克|250 g|250 กรัม", "gift box|Geschenkbox|coffret|ギフト箱|礼盒|hộp quà|กล่องของขวัญ",
        ),
        (590, 5900),
    ),
    "kiln": Client(
        "kiln", "KL", "ceramics",
        _words(
            "Stoneware mug|Steinzeugbecher|Tasse en grès|マグカップ|粗陶杯|Cốc gốm|แก้วเซรามิก",
            "Serving bowl|Servierschüssel|Saladier|大鉢|陶碗|Tô gốm|ชามเสิร์ฟ",
            "Bud vase|Knospenvase|Soliflore|一輪挿し|小花瓶|Bình hoa nhỏ|แจกันเล็ก",
            "Plate set|Tellerset|Assiettes, lot|皿セット|餐盘套装|Bộ đĩa|ชุดจาน",
            "Sugar jar|Zuckerdose|Sucrier|砂糖壺|糖罐|Hũ đường|โถน้ำตาล",
            "Candle holder|Kerzenhalter|Bougeoir|燭台|烛台|Chân nến|เชิงเทียน",
        ),
        _words(
            "celadon|seladon|céladon|青磁|青瓷|men ngọc|สีศิลาดล", "ash|asche|cendre|灰釉|灰釉色|tro|สีเถ้า",
            "cobalt|kobalt|cobalt|瑠璃|钴蓝|xanh coban|สีโคบอลต์", "speckled|gesprenkelt|moucheté|斑点|斑点釉|đốm|ลายจุด",
        ),
        (1490, 9900),
    ),
    "harbor": Client(
        "harbor", "HB", "tools",
        _words(
            "Hex bolt|Sechskantschraube|Boulon hexagonal|六角ボルト|六角螺栓|Bu lông lục giác|สลักเกลียวหกเหลี่ยม",
            "Drill bit|Bohrer|Foret|ドリルビット|钻头|Mũi khoan|ดอกสว่าน",
            "Cordless drill|Akkubohrer|Perceuse sans fil|充電ドリル|充电钻|Máy khoan pin|สว่านไร้สาย",
            "Welding wire|Schweißdraht|Fil à souder|溶接ワイヤ|焊丝|Dây hàn|ลวดเชื่อม",
            "Tool box|Werkzeugkasten|Boîte à outils|工具箱|工具箱|Hộp dụng cụ|กล่องเครื่องมือ",
            "Work glove|Arbeitshandschuh|Gant de travail|作業手袋|劳保手套|Găng tay|ถุงมือ",
            "Clamp set|Zwingensatz|Serre-joints, lot|クランプセット|夹具套装|Bộ kẹp|ชุดแคลมป์",
        ),
        _words(
            "zinc|verzinkt|zingué|亜鉛|镀锌|kẽm|สังกะสี", "black|schwarz|noir|黒|黑色|đen|สีดำ",
            "steel|Edelstahl|inox|ステンレス|不锈钢|thép|สเตนเลส", "red|rot|rouge|赤|红色|đỏ|สีแดง",
        ),
        (2900, 19900),
    ),
}
