"""Notification mails as the agency's mail server has put them down: three layouts, and what a forger sends."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from sandbox.globalsources import ids
from sandbox.world.trade import Deal

SERVER, SENDER = "mx.agency.example.com", "notify.supplier-news.example.com"
FORGER = "supplier-news.example.net"


def _labelled(deal: Deal, zone: ZoneInfo) -> str:
    asked, firm = deal.inquiry, deal.firm
    lines = [
        "You have a new inquiry.", "", f"Inquiry No.: {ids.inquiry(deal)}", f"Date Received: {asked.at.astimezone(zone):%d-%b-%Y %H:%M:%S}",
        f"Subject: {asked.subject}", f"Buyer: {firm.contact}", f"Company: {firm.name}", f"E-mail: {firm.email}", f"Country: {firm.country}",
        f"Model No.: {asked.product.sku}", f"Product: {asked.product.titles['en']}",
    ]
    lines += [f"Quantity: {asked.quantity:f} {asked.unit}"] if asked.quantity is not None else []
    lines += [f"Target Price: {deal.currency} {asked.target_price:f}"] if asked.target_price is not None else []
    return "\r\n".join([*lines, "", "Message:", "Dear supplier, please quote.", ""])


def _table(deal: Deal, zone: ZoneInfo) -> str:
    """HTML; this layout does not say the inquiry's number, and it is the one that is forwarded by hand."""
    asked, firm = deal.inquiry, deal.firm
    told = [
        ("Sent on", f"{asked.at.astimezone(zone):%Y/%m/%d %H:%M:%S}"), ("Buyer&#8217;s question", _html(asked.subject)),
        ("Contact person", _html(firm.contact)), ("Business name", _html(firm.name)), ("Reply to", firm.email), ("Location", firm.country),
        ("Your model", _html(asked.product.sku)), ("Your product", _html(asked.product.titles["en"])),
    ]
    told += [("Wanted", f"{asked.quantity:f} {asked.unit}")] if asked.quantity is not None else []
    told += [("Price in mind", f"{deal.currency} {asked.target_price:f}")] if asked.target_price is not None else []
    rows = "".join(f"<tr><td><b>{label}</b></td><td>{value}</td></tr>" for label, value in told)
    head, pixel = "<head><style>td{color:red}</style></head>", '<img src="https://track.example.com/p.gif">'
    return f"<html>{head}<body>{pixel}<table>{rows}</table></body></html>"


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _chinese(deal: Deal, zone: ZoneInfo) -> str:
    asked, firm = deal.inquiry, deal.firm
    lines = [
        "您有一条新询盘", f"询盘编号：{ids.inquiry(deal)}", f"收到时间：{asked.at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
        f"主题：{asked.subject}",
        f"联系人：{firm.contact}", f"公司：{firm.name}", f"邮箱：{firm.email}", f"国家/地区：{firm.country}", f"型号：{asked.product.sku}",
        f"产品：{asked.product.titles['en']}",
    ]
    lines += [f"数量：{asked.quantity:f} {asked.unit}"] if asked.quantity is not None else []
    lines += [f"目标价：{deal.currency} {asked.target_price:f}"] if asked.target_price is not None else []
    return "\n".join([*lines, ""])


LAYOUTS = ((_labelled, "text/plain"), (_table, "text/html"), (_chinese, "text/plain"))


def genuine(deal: Deal, zone: ZoneInfo, came: datetime, layout: int | None = None) -> bytes:
    """``came``: when the agency's server took it in (forwarded mails come later than they were sent)."""
    made, kind = LAYOUTS[deal.number % len(LAYOUTS) if layout is None else layout]
    checks = ("dkim=pass header.d={0} header.s=s1", "spf=softfail smtp.mailfrom=forwarder.example.com", "dmarc=pass header.from={0}")
    verdict = "; ".join((SERVER, *(check.format(SENDER) for check in checks)))
    head = _head(deal.number, verdict, SENDER, deal.inquiry.at, came)
    return _mail(head, made(deal, zone), kind)


def forged(deal: Deal, zone: ZoneInfo, came: datetime) -> bytes:
    """Looks the same, under a name that was not checked; the forger has written a verdict of his own below the true one."""
    truth = f"{SERVER}; dkim=none; spf=pass smtp.mailfrom={FORGER}; dmarc=fail header.from={SENDER}"
    lie = f"{SERVER}; dkim=pass header.d={SENDER}; dmarc=pass header.from={SENDER}"
    head = _head(deal.number + 7, truth, SENDER, came - timedelta(minutes=1), came)
    body = _labelled(deal, zone).replace(ids.inquiry(deal), f"GSI9{deal.number}").replace(deal.firm.email, f"deal@{FORGER}")
    return _mail([*head[:2], f"Authentication-Results: {lie}", *head[2:]], body, "text/plain")


def _head(number: int, verdict: str, sender: str, sent: datetime, came: datetime) -> list[str]:
    return [
        f"Received: from relay.example.com by {SERVER}; {format_datetime(came)}", f"Authentication-Results: {verdict}",
        f'From: "Supplier News" <inquiry@{sender}>', "To: inquiries@agency.example.com", "Subject: =?utf-8?q?New_inquiry_for_you?=",
        f"Date: {format_datetime(sent)}", f"Message-ID: <{number}.inquiry@{sender}>", "MIME-Version: 1.0",
    ]


def _mail(head: list[str], text: str, kind: str) -> bytes:
    lines = [*head, f"Content-Type: {kind}; charset=utf-8", "Content-Transfer-Encoding: 8bit", "", ""]
    return "\r\n".join(lines).encode() + text.encode()
