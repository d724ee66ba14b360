"""Buyers of B2B deals: firms, with the people who write for them. A pool a shop; low numbers come back often."""

from __future__ import annotations

from random import Random

from sandbox.world.trade import Firm

# name, country, city, contact
_FIRMS = (
    ("Baltic Tool Imports OÜ", "EE", "Tallinn", "Kadri Mägi"), ("O'Brien & Sons Hardware", "IE", "Cork", "Niamh O'Brien"),
    ("Werkzeug Groß GmbH", "DE", "Würzburg", "Jürgen Groß"), ("Işık Hırdavat A.Ş.", "TR", "İzmir", "Özlem Işık"),
    ("Ferramentas São João Ltda", "BR", "Joinville", "João Conceição"), ("Sierra Fasteners, Inc.", "US", "Reno", "Dana Whitfield"),
    ("مؤسسة الخليج للعدد", "SA", "Jeddah", "Faisal Al-Harbi"), ("Nordic Fästteknik AB", "SE", "Malmö", "Åsa Öberg"),
    ("Quincaillerie Léo & Fils", "FR", "Orléans", "Chloé Lefèvre"),
    ("Herramientas del Norte S.A. de C.V.", "MX", "Monterrey", "Iñigo Peña"),
    ("Gulf Build Trading LLC", "AE", "Dubai", "Priya Nair"), ("Outback Trade Supplies Pty Ltd", "AU", "Perth", "Callum Reid"),
    ("Łódź Narzędzia Sp. z o.o.", "PL", "Łódź", "Żaneta Wójcik"), ("東海金物株式会社", "JP", "名古屋市", "渡邉 結衣"),
    ("Cape Fixings (Pty) Ltd", "ZA", "Cape Town", "Thandi Mokoena"), ('The "Bolt" Depot', "GB", "Leeds", "Harry Patel"),
)


def firm(number: int) -> Firm:
    name, country, city, contact = _FIRMS[number]
    return Firm(number, name, country, city, contact, f"purchasing{number}@buyer-{number}.example")


def some_firm(rng: Random) -> Firm:
    return firm(int(len(_FIRMS) * rng.random() ** 1.5))
