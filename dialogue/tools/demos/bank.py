"""The demo bank: branches, queue tickets, rates, what to bring, appointments."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any, Literal

from dialogue.tools.demos import lines
from dialogue.tools.demos.server import Demo, found
from dialogue.tools.demos.store import data, text
from dialogue.tools.names import joined

Business = Literal["personal", "company", "loan", "currency"]
Service = Literal["account", "card", "phone", "cash", "currency", "loan", "inheritance", "company"]
Product = Literal["demand", "fixed", "notice", "large", "mortgage", "consumer", "business"]
HOME = "tianfu"
SLOT = timedelta(minutes=30)
PLACES = 2  # appointments at the same time
FURTHEST = 30  # days ahead
BUSY = 30  # minutes
LOANS = ("mortgage", "consumer", "business")


class Bank(Demo):
    NAME = "bank"
    TOOLS = (
        "branches", "queue", "take_ticket", "ticket", "cancel_ticket", "products", "rates", "exchange_rate",
        "documents", "free_times", "book_appointment", "cancel_appointment",
    )  # fmt: skip
    SCHEMA = (
        lines.SCHEMA
        + """
    CREATE TABLE branches (
        id TEXT PRIMARY KEY, name_zh TEXT, name_en TEXT, address_zh TEXT, address_en TEXT, hours_zh TEXT, hours_en TEXT,
        weekday_opens TEXT, weekday_closes TEXT, saturday_opens TEXT, saturday_closes TEXT, sunday_opens TEXT,
        sunday_closes TEXT, latitude REAL, longitude REAL);
    CREATE TABLE branch_services (branch TEXT, service TEXT, PRIMARY KEY (branch, service));
    CREATE TABLE services (id TEXT PRIMARY KEY, name_zh TEXT, name_en TEXT, agent_allowed INTEGER);
    CREATE TABLE documents (service TEXT, agent INTEGER, item_zh TEXT, item_en TEXT);
    CREATE TABLE products (
        id TEXT PRIMARY KEY, kind TEXT, name_zh TEXT, name_en TEXT, least_amount INTEGER, insured INTEGER,
        terms_zh TEXT, terms_en TEXT);
    CREATE TABLE rates (product TEXT, months INTEGER, rate REAL);
    CREATE TABLE currencies (id TEXT PRIMARY KEY, name_zh TEXT, name_en TEXT, per INTEGER, buys REAL, sells REAL);
    CREATE TABLE busy_times (time TEXT PRIMARY KEY, booked INTEGER);
    CREATE TABLE appointments (
        id INTEGER PRIMARY KEY, code TEXT UNIQUE, branch TEXT, service TEXT, date TEXT, time TEXT, state TEXT)
    """
    )

    @classmethod
    def seed(cls) -> Mapping[str, list[dict[str, Any]]]:
        return data("bank")

    # Branches and queues

    def branches(self, service: Service | None = None, near: str = HOME) -> dict[str, Any]:
        """Branches, the nearest first; only those that offer a service."""
        with self.store.writing() as db:
            here = self._branch(db, near)
            rows = db.execute(
                "SELECT * FROM branches WHERE ?1 IS NULL"
                " OR id IN (SELECT branch FROM branch_services WHERE service = ?1)",
                (service,),
            ).fetchall()
            items = sorted((self._described(db, row, here) for row in rows), key=lambda item: item["metres"])
        nearest = next((item for item in items if item["id"] != near), None)
        return self.answer(items=items, count=len(items), nearest=nearest)

    def queue(self, business: Business, branch: str = HOME) -> dict[str, Any]:
        """How many people wait for a kind of business, and how long."""
        with self.store.writing() as db:
            line = found(lines.line_of(db, branch, business), "queue")
            waiting, minutes = lines.waiting(db, line, self.now())
        return self.answer(
            business=text(line), waiting=waiting, minutes=minutes, windows=line["windows"], busy=minutes >= BUSY
        )

    def take_ticket(
        self, business: Business, request_id: str, priority: bool = False, branch: str = HOME
    ) -> dict[str, Any]:
        """Take a queue ticket. `priority`: for the old, the disabled, pregnant women and parents with a baby."""

        def act(db: sqlite3.Connection) -> dict[str, Any]:
            wanted = found(lines.line_of(db, branch, business), "queue")
            line = found(lines.line_of(db, branch, "priority"), "queue") if priority else wanted
            taken = lines.take(db, line, self.now())
            return self.answer(
                **taken, business=text(wanted), window=text(line, "window"), branch=text(self._branch(db, branch))
            )

        said = {"business": business, "priority": priority, "branch": branch}
        return self.store.once("take_ticket", request_id, said, act)

    def ticket(self, number: str, branch: str = HOME) -> dict[str, Any]:
        """How a ticket of today stands."""
        code = number.strip().upper()
        with self.store.reading() as db:
            stands = lines.ticket(db, branch, code, self.now())
            line = lines.line_of(db, branch, stands.pop("line", ""))
        return self.answer(number=code, window=text(line, "window") if line else None, **stands)

    def cancel_ticket(self, number: str, request_id: str, branch: str = HOME) -> dict[str, Any]:
        """Give a ticket back."""
        code = number.strip().upper()

        def act(db: sqlite3.Connection) -> dict[str, Any]:
            reason = lines.cancel(db, branch, code, self.now())
            return self.answer(number=code, cancelled=not reason, reason=reason)

        return self.store.once("cancel_ticket", request_id, {"number": code, "branch": branch}, act)

    # Products, rates, documents

    def products(self, kind: Literal["deposit", "loan"]) -> dict[str, Any]:
        """What there is to save with or to borrow."""
        with self.store.reading() as db:
            rows = db.execute("SELECT * FROM products WHERE kind = ?", (kind,)).fetchall()
        items = [
            {
                "id": row["id"],
                "name": text(row),
                "least_amount": row["least_amount"],
                "insured": bool(row["insured"]),
                "terms": text(row, "terms"),
            }
            for row in rows
        ]
        return self.answer(items=items, count=len(items), list=joined(item["name"] for item in items))

    def rates(self, product: Product, months: int | None = None) -> dict[str, Any]:
        """The rate of a product, in percent a year. A loan has that of the band its months fall into."""
        with self.store.reading() as db:
            about = found(db.execute("SELECT * FROM products WHERE id = ?", (product,)).fetchone(), "product")
            rows = db.execute("SELECT months, rate FROM rates WHERE product = ? ORDER BY months", (product,)).fetchall()
        if product in LOANS:
            fits = [row for row in rows if months is None or row["months"] >= months]
            row = (fits[-1] if months is None else fits[0]) if fits else None
        else:
            row = rows[0] if len(rows) == 1 else next((row for row in rows if row["months"] == months), None)
        return self.answer(
            product=product,
            name=text(about),
            least_amount=about["least_amount"],
            items=[dict(row) for row in rows],
            count=len(rows),
            found=row is not None,
            rate=row["rate"] if row else None,
            months=months if product in LOANS and months else row["months"] if row else None,
        )

    def exchange_rate(self, currency: Literal["USD", "EUR", "GBP", "JPY", "HKD"]) -> dict[str, Any]:
        """What the bank pays and asks for a foreign currency."""
        with self.store.reading() as db:
            row = found(db.execute("SELECT * FROM currencies WHERE id = ?", (currency,)).fetchone(), "currency")
        middle = round((row["buys"] + row["sells"]) / 2, 4)
        return self.answer(
            currency=currency, name=text(row), per=row["per"], buys=row["buys"], sells=row["sells"], middle=middle
        )

    def documents(self, service: Service, agent: bool = False) -> dict[str, Any]:
        """What to bring. `agent`: for somebody who comes in another's place."""
        with self.store.reading() as db:
            about = self._service(db, service)
            rows = db.execute(
                "SELECT * FROM documents WHERE service = ? AND agent <= ? ORDER BY rowid", (service, agent)
            ).fetchall()
        items = [text(row, "item") for row in rows]
        return self.answer(
            service=text(about),
            items=items,
            count=len(items),
            list=joined(items),
            agent_allowed=bool(about["agent_allowed"]),
        )

    # Appointments

    def free_times(self, date: str, branch: str = HOME) -> dict[str, Any]:
        """The times of a day at which an appointment can be had."""
        day = self.day(date)
        with self.store.reading() as db:
            row = self._branch(db, branch)
            times = self._free(db, row, day)
        is_open = self._hours(row, day) is not None
        ends = {"first": times[0] if times else None, "last": times[-1] if times else None}
        return self.answer(date=date, open=is_open, times=times, count=len(times), **ends)

    def book_appointment(
        self, service: Service, date: str, time: str, request_id: str, branch: str = HOME
    ) -> dict[str, Any]:
        """Book an appointment at a branch."""
        at = self.hour(time)

        def act(db: sqlite3.Connection) -> dict[str, Any]:
            row, day = self._branch(db, branch), self.day(date)
            said = {"date": date, "time": f"{at:%H:%M}", "service": text(self._service(db, service))}
            free = self._free(db, row, day)
            if reason := self._against(row, day, at, free):
                return self.answer(**said, booked=False, reason=reason, nearest_time=_nearest(at, free))
            number = db.execute("SELECT coalesce(max(id), 0) + 1 FROM appointments").fetchone()[0]
            code = str(1000 + number * 7919 % 9000)  # 7919 shares no factor with 9000: no code comes twice in 9000
            db.execute(
                "INSERT INTO appointments (code, branch, service, date, time, state) VALUES (?, ?, ?, ?, ?, 'booked')",
                (code, branch, service, date, said["time"]),
            )
            return self.answer(**said, booked=True, reason="", code=code, branch=text(row))

        arguments = {"service": service, "date": date, "time": f"{at:%H:%M}", "branch": branch}
        return self.store.once("book_appointment", request_id, arguments, act)

    def cancel_appointment(self, code: str, request_id: str) -> dict[str, Any]:
        """Cancel an appointment by its code."""

        def act(db: sqlite3.Connection) -> dict[str, Any]:
            row = db.execute("SELECT * FROM appointments WHERE code = ?", (code,)).fetchone()
            if row is None:
                return self.answer(cancelled=False, reason="unknown")
            when = {"date": row["date"], "time": row["time"]}
            if row["state"] == "cancelled":
                return self.answer(**when, cancelled=False, reason="cancelled")
            if (row["date"], row["time"]) <= (self.now().date().isoformat(), f"{self.now():%H:%M}"):
                return self.answer(**when, cancelled=False, reason="past")
            db.execute("UPDATE appointments SET state = 'cancelled' WHERE code = ?", (code,))
            return self.answer(**when, cancelled=True, reason="")

        return self.store.once("cancel_appointment", request_id, {"code": code}, act)

    def _branch(self, db: sqlite3.Connection, branch: str) -> sqlite3.Row:
        return found(db.execute("SELECT * FROM branches WHERE id = ?", (branch,)).fetchone(), "branch")

    def _service(self, db: sqlite3.Connection, service: str) -> sqlite3.Row:
        return found(db.execute("SELECT * FROM services WHERE id = ?", (service,)).fetchone(), "service")

    def _described(self, db: sqlite3.Connection, row: sqlite3.Row, here: sqlite3.Row) -> dict[str, Any]:
        now, hours = self.now(), self._hours(row, self.now().date())
        waiting, minutes = lines.waiting(db, found(lines.line_of(db, row["id"], "personal"), "queue"), now)
        metres = _metres(row, here)
        return {
            "id": row["id"],
            "name": text(row),
            "address": text(row, "address"),
            "hours": text(row, "hours"),
            "open_now": hours is not None and hours[0] <= now.time() < hours[1],
            "waiting": waiting,
            "minutes": minutes,
            "metres": metres,
            "kilometres": round(metres / 1000, 1),
        }

    def _hours(self, row: sqlite3.Row, day: date) -> tuple[time, time] | None:
        part = ("weekday", "saturday", "sunday")[max(day.weekday() - 4, 0)]
        if not row[f"{part}_opens"]:
            return None
        return time.fromisoformat(row[f"{part}_opens"]), time.fromisoformat(row[f"{part}_closes"])

    def _free(self, db: sqlite3.Connection, row: sqlite3.Row, day: date) -> list[str]:
        hours = self._hours(row, day)
        ahead = (day - self.now().date()).days
        if hours is None or not 0 <= ahead <= FURTHEST:
            return []
        booked = dict(db.execute("SELECT time, booked FROM busy_times").fetchall())
        for at, count in db.execute(
            "SELECT time, count(*) FROM appointments WHERE branch = ? AND date = ? AND state = 'booked' GROUP BY time",
            (row["id"], day.isoformat()),
        ):
            booked[at] = booked.get(at, 0) + count
        return [at for at in self._slots(hours, day) if booked.get(at, 0) < PLACES]

    def _slots(self, hours: tuple[time, time], day: date) -> list[str]:
        at, end = datetime.combine(day, hours[0]), datetime.combine(day, hours[1])
        times = []
        while at + SLOT <= end:
            if at > self.now().replace(tzinfo=None):
                times.append(f"{at:%H:%M}")
            at += SLOT
        return times

    def _against(self, row: sqlite3.Row, day: date, at: time, free: list[str]) -> str:
        """Why there can be no appointment then, in a word; "" where there can."""
        hours, now = self._hours(row, day), self.now().replace(tzinfo=None)
        if datetime.combine(day, at) <= now:
            return "past"
        if (day - now.date()).days > FURTHEST:
            return "too_far"
        if hours is None or not hours[0] <= at < hours[1]:
            return "closed"
        if f"{at:%H:%M}" in free:
            return ""
        return "full" if f"{at:%H:%M}" in self._slots(hours, day) else "no_such_time"


def _nearest(at: time, free: list[str]) -> str | None:
    def away(other: str) -> int:
        hours, minutes = map(int, other.split(":"))
        return abs(hours * 60 + minutes - at.hour * 60 - at.minute)

    return min(free, key=away, default=None)


def _metres(a: sqlite3.Row, b: sqlite3.Row) -> int:
    """Along the surface of the earth (haversine), to ten metres."""
    north, south = radians(a["latitude"]), radians(b["latitude"])
    half = sin((north - south) / 2) ** 2
    half += cos(north) * cos(south) * sin(radians(a["longitude"] - b["longitude"]) / 2) ** 2
    return round(2 * 6_371_000 * asin(sqrt(half)) / 10) * 10
