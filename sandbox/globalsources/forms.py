"""The forms a list takes as a file: Chinese and English headers, every encoding and separator, workbooks with titles and bare serials."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sandbox.workbook import Serial, workbook

Rows = Sequence[Mapping[str, object]]
Header = Callable[[str], str]

ENGLISH = {
    "inquiry_id": "Inquiry ID", "received_at": "Date Received", "subject": "Subject", "buyer_name": "Contact Person",
    "buyer_company": "Company", "buyer_email": "E-mail", "buyer_phone": "Tel", "buyer_country": "Country/Region",
    "product_ref": "Model No.", "model_no": "Model No.", "quotation_no": "Quotation No.", "issued_at": "Issue Date",
    "unit_price": "Unit Price",
    "contract_no": "Contract No.", "signed_at": "Contract Date", "total": "Total Amount", "deposit_pct": "Deposit %",
    "inspection_no": "Report No.", "inspected_at": "Inspection Date", "accepted_at": "Acceptance Date", "accepted_qty": "Accepted Qty",
    "shipment_no": "Shipment No.", "bl_or_awb": "B/L or AWB", "etd": "ETD", "eta": "ETA", "payment_no": "Payment No.",
    "paid_at": "Value Date", "amount": "Amount", "currency": "Currency", "quantity": "Quantity", "moq": "MOQ", "status": "Status",
    "fob_price_min": "FOB Price (Min)", "fob_price_max": "FOB Price (Max)", "stock": "Available Quantity", "name": "Product Name",
    "rfq_id": "RFQ No.", "posted_at": "Date Posted", "expires_at": "Expiry Date",
}
CHINESE = {
    "inquiry_id": "询盘编号", "received_at": "询盘时间", "subject": "主题", "buyer_name": "联系人", "buyer_company": "公司名称",
    "buyer_email": "邮箱", "buyer_phone": "电话", "buyer_country": "国家/地区", "product_ref": "型号", "product_name": "产品名称",
    "quantity": "数量", "unit": "单位", "target_price": "目标价", "currency": "币种", "message": "询盘内容", "assigned_to": "负责人",
    "folder": "文件夹", "status": "状态", "source": "来源", "rfq_id": "采购需求编号", "posted_at": "发布时间", "expires_at": "截止时间",
    "payment_terms": "付款方式", "quotation_no": "报价单号", "issued_at": "报价日期", "valid_until": "有效期至", "line_no": "序号",
    "model_no": "型号", "description": "品名", "unit_price": "单价", "moq": "起订量", "incoterm": "贸易术语", "port": "港口",
    "lead_time_days": "交期(天)", "contract_no": "合同号", "signed_at": "签订日期", "total": "合同金额", "inspection_no": "验货编号",
    "inspected_at": "验货日期", "agency": "验货公司", "result": "验货结果", "accepted_at": "验收日期", "accepted_qty": "合格数量",
    "rejected_qty": "拒收数量", "claim_amount": "索赔金额", "remark": "备注", "shipment_no": "出货单号", "carrier": "承运人",
    "bl_or_awb": "提单号", "payment_no": "收款单号", "paid_at": "收款日期", "amount": "金额", "payer": "付款人",
}


def _headed(words: Mapping[str, str]) -> Header:
    return lambda name: words.get(name, name)


def _heads(rows: Rows) -> list[str]:
    return list(rows[0]) if rows else []


def _csv(rows: Rows, zone: ZoneInfo, header: Header, encoding: str, separator: str, stamp: str, day: str) -> bytes:
    page = io.StringIO()
    out = csv.writer(page, delimiter=separator, lineterminator="\r\n")
    out.writerow([header(name) for name in _heads(rows)])
    out.writerows([[_text(value, zone, stamp, day) for value in row.values()] for row in rows])
    return page.getvalue().encode(encoding)


def _text(value: object, zone: ZoneInfo, stamp: str, day: str) -> object:
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime(stamp)
    if isinstance(value, date):
        return value.strftime(day)
    return "" if value is None else format(value, "f") if isinstance(value, Decimal) else value


def clean_csv(rows: Rows, zone: ZoneInfo) -> bytes:
    return _csv(rows, zone, _headed({}), "utf-8", ",", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d")


def chinese_csv(rows: Rows, zone: ZoneInfo) -> bytes:
    """As Excel on the mainland saves it."""
    return _csv(rows, zone, _headed(CHINESE), "gb18030", ",", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d")


def semicolon_csv(rows: Rows, zone: ZoneInfo) -> bytes:
    return _csv(rows, zone, _headed(ENGLISH), "utf-8-sig", ";", "%d-%b-%Y %H:%M:%S", "%d-%b-%Y")


def titled_workbook(rows: Rows, zone: ZoneInfo) -> bytes:
    """Titles above the header, a sum of nothing below; times as texts, days as formatted dates."""
    cells = [[_of_sheet(value, zone, False) for value in row.values()] for row in rows]
    titles = [("Harbor Tools Co., Ltd.",), (), ("Exported for the agency",)]
    return workbook([*titles, [_headed(ENGLISH)(name) for name in _heads(rows)], *cells])


def serial_workbook(rows: Rows, zone: ZoneInfo) -> bytes:
    """Days and times as Excel's bare numbers."""
    cells = [[_of_sheet(value, zone, True) for value in row.values()] for row in rows]
    return workbook([[_headed(CHINESE)(name) for name in _heads(rows)], *cells])


def _of_sheet(value: object, zone: ZoneInfo, as_serial: bool) -> object:
    if isinstance(value, datetime):
        local = value.astimezone(zone).replace(tzinfo=None)
        return Serial(local) if as_serial else f"{local:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return Serial(value) if as_serial else value
    return value


def json_list(rows: Rows, zone: ZoneInfo) -> bytes:
    """Instants with their zone, as a program writes them."""
    told = [{name: _of_json(value, zone) for name, value in row.items() if value is not None} for row in rows]
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def _of_json(value: object, zone: ZoneInfo) -> object:
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    return value.isoformat() if isinstance(value, date) else format(value, "f") if isinstance(value, Decimal) else value


FORMS: tuple[tuple[str, Callable[[Rows, ZoneInfo], bytes]], ...] = (
    ("csv", clean_csv), ("csv", chinese_csv), ("xlsx", titled_workbook), ("csv", semicolon_csv), ("xlsx", serial_workbook),
    ("json", json_list),
)
