"""The files' words and ours, in English and Chinese, compared without case and width. An unknown word is a fault of its row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.files.headers import plain


def _known(told: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {plain(word): ours for ours, words in told.items() for word in (ours.replace("_", " "), ours, *words)}


INQUIRY_STATUS = _known({
    "new": ("unread", "未读", "新询盘", "未讀"), "read": ("已读", "已讀"), "replied": ("answered", "已回复", "已回覆"),
    "closed": ("已关闭", "已關閉"), "spam": ("junk", "垃圾", "垃圾询盘"),
})
INQUIRY_SOURCE = _known({
    "inquiry": ("message", "询盘", "詢盤"), "rfq": ("采购需求", "採購需求"), "trade_show": ("tradeshow", "exhibition", "展会", "展會"),
})
RFQ_STATUS = _known({
    "open": ("开放", "待报价"), "quoted": ("已报价", "已報價"), "won": ("中标", "成交"), "lost": ("未中标", "失标"),
    "expired": ("closed", "已过期", "已過期"),
})
QUOTATION_STATUS = _known({
    "draft": ("草稿",), "sent": ("issued", "已发送", "已發送"), "accepted": ("已接受",), "rejected": ("declined", "已拒绝", "已拒絕"),
    "expired": ("已过期", "已過期"),
})
CONTRACT_STATUS = _known({
    "draft": ("草稿",), "signed": ("已签约", "已签订", "已簽約"),
    "deposit_paid": ("deposit received", "deposit_received", "已收定金", "已收訂金"),
    "in_production": ("production", "生产中", "生產中"), "ready": ("goods ready", "已备货", "待出货"),
    "paid": ("paid in full", "已收全款"), "partially_shipped": ("part shipped", "部分出货", "部分出貨"),
    "shipped": ("已出货", "已发货", "已出貨"), "completed": ("done", "已完成"), "cancelled": ("canceled", "已取消"),
    "disputed": ("dispute", "有争议", "争议中"), "on_hold": ("暂停", "变更中"),
})
# Status of a contract → of its first payment (deposit, or all of it), and of the balance: what the sheet tells, and no more.
MILESTONES = {
    **dict.fromkeys(("draft", "signed", "on_hold"), ("due", "due")),
    **dict.fromkeys(("deposit_paid", "in_production", "ready", "partially_shipped", "shipped"), ("paid", "due")),
    **dict.fromkeys(("paid", "completed"), ("paid", "paid")),
    "cancelled": ("cancelled", "cancelled"), "disputed": ("frozen", "frozen"),
}
INSPECTION_KIND = _known({
    "during_production": ("dpi", "dupro", "in-line", "产中检验"), "pre_shipment": ("psi", "final", "final random", "出货前检验", "尾检"),
    "container_loading": ("clc", "cls", "loading", "监柜", "装柜检验"),
})
INSPECTION_RESULT = _known({
    "pass": ("passed", "合格", "通过", "通過"), "fail": ("failed", "不合格", "未通过", "未通過"), "pending": ("待定", "待出报告"),
    "conditional": ("conditional pass", "有条件通过", "有條件通過"),
})
MODE = _known({
    "sea": ("ocean", "vessel", "海运", "海運"), "air": ("空运", "空運"), "courier": ("express", "快递", "快遞"),
    "rail": ("train", "铁路", "鐵路"), "road": ("truck", "陆运", "陸運"), "post": ("邮政", "郵政"),
})
SHIPMENT_STATUS = _known({
    "pending": ("booked", "待出运", "已订舱"), "in_transit": ("departed", "on the way", "运输中", "運輸中", "已开船"),
    "delivered": ("arrived", "已到港", "已签收", "已到達"), "cancelled": ("canceled", "已取消"), "undeliverable": ("lost", "灭失"),
})
PAYMENT_KIND = _known({
    "payment": ("deposit", "balance", "full payment", "t/t", "l/c", "定金", "尾款", "全款", "货款", "訂金", "貨款"),
    "refund": ("claim", "退款", "索赔", "賠款"), "fee": ("bank charge", "手续费", "手續費"),
})
PAYMENT_STATUS = _known({
    "pending": ("expected", "in transit", "待到账", "在途"), "completed": ("received", "paid", "已到账", "已收款", "已到帳"),
    "failed": ("returned", "rejected", "退汇", "退匯"), "reversed": ("recalled", "已撤回"),
})
LISTING_STATUS = _known({
    "active": ("online", "posted", "published", "上架", "已发布", "已發佈"), "inactive": ("offline", "下架"),
    "pending": ("under review", "审核中", "審核中"), "suppressed": ("rejected", "审核未通过"), "deleted": ("removed", "已删除"),
})


def keys(texts: Sequence[str | None]) -> list[str | None]:
    """The words as the lists above have them."""
    return [None if text is None else plain(text) for text in texts]
