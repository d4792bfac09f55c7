"""The demo shop: products, stock, prices, coupons, goods held for an order. Filled from the live host's catalogue."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from dialogue.tools.demos.server import Demo, found
from dialogue.tools.demos.store import text
from dialogue.tools.names import joined

CATALOGUE = Path(__file__).parents[3] / "personas" / "live-host" / "catalogue.yaml"
HELD_MINUTES = 15
COUPONS = 500  # of each kind
SHIPS = {"zh": "现货48小时内发出", "en": "in stock, sent within 48 hours"}
PRESALE = {"zh": "预售，{days}天内发出", "en": "pre-order, sent within {days} days"}


class Shop(Demo):
    NAME = "shop"
    TOOLS = ("products", "product", "stock", "price", "coupons", "hold_order", "cancel_order")
    SCHEMA = """
    CREATE TABLE products (
        sku TEXT PRIMARY KEY, name_zh TEXT, name_en TEXT, category TEXT, price REAL, stock INTEGER,
        presale_days INTEGER, options TEXT, words TEXT);
    CREATE TABLE coupons (
        id TEXT PRIMARY KEY, name_zh TEXT, name_en TEXT, least REAL, off REAL, category TEXT, begins TEXT, ends TEXT,
        pieces INTEGER);
    CREATE TABLE orders (
        id INTEGER PRIMARY KEY, number TEXT UNIQUE, sku TEXT, option TEXT, pieces INTEGER, coupon TEXT, payable REAL,
        until REAL, state TEXT)
    """

    @classmethod
    def seed(cls) -> Mapping[str, list[dict[str, Any]]]:
        catalogue = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
        return {
            "products": [_product(entry) for entry in catalogue["products"]],
            "coupons": [_coupon(entry) for entry in catalogue["coupons"]],
        }

    def products(self, words: str = "", category: str | None = None) -> dict[str, Any]:
        """Products that a few words describe, those that fit most of them first; all where nothing is said."""
        wanted = words.lower().split()
        with self.store.reading() as db:
            rows = db.execute("SELECT * FROM products WHERE ?1 IS NULL OR category = ?1", (category,)).fetchall()
            fits = {row["sku"]: sum(_fit(word, row) for word in wanted) for row in rows}
            rows = [row for row in rows if fits[row["sku"]] or not wanted]
            items = [self._told(db, row) for row in sorted(rows, key=lambda row: -fits[row["sku"]])]
        return self.answer(items=items, count=len(items), list=joined(item["name"] for item in items))

    def product(self, sku: str) -> dict[str, Any]:
        """What a product costs, how many there are, and when it is sent."""
        with self.store.reading() as db:
            row = self._row(db, sku)
            told = self._told(db, row)
        days = row["presale_days"]
        ships = {language: words.format(days=days) for language, words in (PRESALE if days else SHIPS).items()}
        return self.answer(**told, in_stock=told["stock"] > 0, options=json.loads(row["options"]), ships=ships)

    def stock(self, sku: str, option: str | None = None) -> dict[str, Any]:
        """How many there are."""
        with self.store.reading() as db:
            row = self._row(db, sku)
            left = self._left(db, row)
        options = json.loads(row["options"])
        chosen = _chosen(options, option)
        return self.answer(sku=sku, name=text(row), stock=left, in_stock=left > 0, options=options, option=chosen)

    def price(self, sku: str, pieces: int = 1, coupon: str | None = None) -> dict[str, Any]:
        """What a number of pieces comes to, with a coupon if it applies."""
        with self.store.reading() as db:
            row = self._row(db, sku)
            left = self._left(db, row)
            bill = self._bill(db, row, pieces, coupon)
        return self.answer(sku=sku, name=text(row), price=row["price"], enough=left >= pieces, **bill)

    def coupons(self, sku: str | None = None, pieces: int = 1) -> dict[str, Any]:
        """The coupons there are; with a product, those that apply to so many pieces of it."""
        with self.store.reading() as db:
            rows = db.execute("SELECT * FROM coupons").fetchall()
            if sku is None:
                rows = [row for row in rows if not self._unusable(db, row)]
                items = [self._coupon_told(db, row) for row in rows]
                return self.answer(items=items, count=len(items))
            product = self._row(db, sku)
            rows = [row for row in rows if not self._unusable(db, row, product, pieces)]
            items = [self._coupon_told(db, row) for row in sorted(rows, key=lambda row: -row["off"])]
            bill = self._bill(db, product, pieces, items[0]["id"]) if items else None
        best = items[0] | {"payable": bill["payable"]} if bill else None
        return self.answer(items=items, count=len(items), best=best, name=text(product))

    def hold_order(
        self, sku: str, request_id: str, pieces: int = 1, option: str | None = None, coupon: str | None = None
    ) -> dict[str, Any]:
        """Put goods aside for a quarter of an hour. Nothing is paid here."""

        def act(db: sqlite3.Connection) -> dict[str, Any]:
            row = self._row(db, sku)
            left, bill = self._left(db, row), self._bill(db, row, pieces, coupon)
            options = json.loads(row["options"])
            chosen = _chosen(options, option)
            reason = _against(left, pieces, options, option, chosen, bill)
            told = {"sku": sku, "name": text(row), "option": chosen, **bill}
            if reason:
                return self.answer(**told, held=False, reason=reason, stock=left)
            until = self.now() + timedelta(minutes=HELD_MINUTES)
            number = str(10001 + db.execute("SELECT coalesce(max(id), 0) FROM orders").fetchone()[0])
            db.execute(
                "INSERT INTO orders (number, sku, option, pieces, coupon, payable, until, state)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, 'held')",
                (number, sku, (chosen or {}).get("zh"), pieces, coupon, bill["payable"], until.timestamp()),
            )
            held = {"held": True, "reason": "", "number": number, "minutes": HELD_MINUTES, "stock": left - pieces}
            return self.answer(**told, **held, until=f"{until:%H:%M}")

        said = {"sku": sku, "pieces": pieces, "option": option, "coupon": coupon}
        return self.store.once("hold_order", request_id, said, act)

    def cancel_order(self, number: str, request_id: str) -> dict[str, Any]:
        """Let held goods go."""

        def act(db: sqlite3.Connection) -> dict[str, Any]:
            row = db.execute("SELECT * FROM orders WHERE number = ?", (number,)).fetchone()
            reason = "unknown" if row is None else "cancelled" if row["state"] == "cancelled" else ""
            if not reason and row["until"] <= self.now().timestamp():
                reason = "expired"
            if not reason:
                db.execute("UPDATE orders SET state = 'cancelled' WHERE number = ?", (number,))
            return self.answer(number=number, cancelled=not reason, reason=reason)

        return self.store.once("cancel_order", request_id, {"number": number}, act)

    def _row(self, db: sqlite3.Connection, sku: str) -> sqlite3.Row:
        return found(db.execute("SELECT * FROM products WHERE sku = ?", (sku,)).fetchone(), "product")

    def _told(self, db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
        told = {name: row[name] for name in ("sku", "category", "price", "presale_days")}
        return told | {"name": text(row), "stock": self._left(db, row)}

    def _left(self, db: sqlite3.Connection, row: sqlite3.Row) -> int:
        return row["stock"] - self._held(db, "sum(pieces)", "sku", row["sku"])

    def _held(self, db: sqlite3.Connection, what: str, column: str, value: str) -> int:
        """`what` of the orders that still hold something."""
        query = f"SELECT {what} FROM orders WHERE {column} = ? AND state = 'held' AND until > ?"
        return db.execute(query, (value, self.now().timestamp())).fetchone()[0] or 0

    def _coupon_told(self, db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
        told = {"id": row["id"], "name": text(row), "least": row["least"], "off": row["off"], "until": row["ends"]}
        return told | {"left": row["pieces"] - self._held(db, "count(*)", "coupon", row["id"])}

    def _bill(self, db: sqlite3.Connection, row: sqlite3.Row, pieces: int, coupon: str | None) -> dict[str, Any]:
        total = round(row["price"] * pieces, 2)
        bill = {"pieces": pieces, "total": total, "coupon": None, "coupon_reason": "", "off": 0.0, "payable": total}
        if not coupon:
            return bill
        about = db.execute("SELECT * FROM coupons WHERE id = ?", (coupon,)).fetchone()
        if reason := self._unusable(db, about, row, pieces) if about else "unknown":
            return bill | {"coupon_reason": reason}
        off = min(about["off"], total)
        return bill | {"coupon": {"id": coupon, "name": text(about)}, "off": off, "payable": round(total - off, 2)}

    def _unusable(
        self, db: sqlite3.Connection, row: sqlite3.Row, product: sqlite3.Row | None = None, pieces: int = 1
    ) -> str:
        """Why a coupon cannot be used, in a word; "" where it can."""
        if not row["begins"] <= self.now().date().isoformat() <= row["ends"]:
            return "expired"
        if self._held(db, "count(*)", "coupon", row["id"]) >= row["pieces"]:
            return "none_left"
        if product is not None and row["category"] and row["category"] != product["category"]:
            return "other_goods"
        return "too_little" if product is not None and product["price"] * pieces < row["least"] else ""


def _fit(word: str, row: sqlite3.Row) -> float:
    """How well a word fits a product: best in its name, in part of it (熊猫毛绒), or else in what is known of it."""
    name = f"{row['name_zh']} {row['name_en']}".lower()
    if word in name:
        return 4
    pairs = [word[at : at + 2] for at in range(len(word) - 1)]
    part = sum(pair in name for pair in pairs) / len(pairs) if pairs and not word.isascii() else 0
    return 3 * part if part >= 0.5 else float(word in row["words"])


def _chosen(options: list[dict[str, str]], said: str | None) -> dict[str, str] | None:
    """The one option that what was said names, in either language; None where it names none or several."""
    fits = [option for option in options if said and any(said.lower() in name.lower() for name in option.values())]
    return fits[0] if len(fits) == 1 else None


def _against(
    left: int,
    pieces: int,
    options: list[dict[str, str]],
    said: str | None,
    chosen: dict[str, str] | None,
    bill: Mapping[str, Any],
) -> str:
    """Why the goods cannot be held, in a word; "" where they can."""
    if left <= 0:
        return "sold_out"
    if left < pieces:
        return "not_enough"
    if chosen is None and (options or said):
        return "unknown_option" if said else "option_needed"
    return "coupon" if bill["coupon_reason"] else ""


def _product(entry: Mapping[str, Any]) -> dict[str, Any]:
    options = entry.get("options", {"zh": [], "en": []})
    pairs = [{"zh": zh, "en": en} for zh, en in zip(options["zh"], options["en"], strict=True)]
    words = [entry["sku"], *entry["name"].values(), *entry["facts"]["zh"], *entry["facts"]["en"]]
    return {
        "sku": entry["sku"],
        "name": entry["name"],
        "category": entry["category"],
        "price": entry["price_yuan"],
        "stock": entry["stock"],
        "presale_days": entry.get("presale_days", 0),
        "options": json.dumps(pairs, ensure_ascii=False),
        "words": " ".join(words).lower(),
    }


def _coupon(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": entry["id"],
        "name": entry["name"],
        "least": entry["least_yuan"],
        "off": entry["off_yuan"],
        "category": entry.get("category"),
        "begins": str(entry["from"]),
        "ends": str(entry["to"]),
        "pieces": COUPONS,
    }
