"""The demo of scenic areas: opening, tickets, waiting, shuttles, walks, things to borrow, reports."""

from __future__ import annotations

import sqlite3
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from math import ceil
from typing import Any, Literal

from dialogue.tools.builtins import routes
from dialogue.tools.demos.server import Demo, found
from dialogue.tools.demos.store import data, text
from dialogue.tools.schema import arguments, expand

Site = Literal["sanxingdui", "jinsha", "jiuzhaigou", "emei", "leshan", "dujiangyan", "qingcheng"]
Mapped = Literal["sanxingdui", "dujiangyan", "qingcheng"]
Group = Literal["adult", "student", "child", "senior", "disabled"]
HELD_MINUTES = 30
CURVE = ((9, 0.4), (11, 0.8), (15, 1.0), (17, 0.6), (24, 0.2))  # until that hour, this part of the longest wait
SOLD = {False: 0.35, True: 0.7}  # part of a day's tickets sold ahead: weekday, weekend


class Scenic(Demo):
    NAME = "scenic"
    TOOLS = ("opening", "tickets", "queues", "shuttle", "facilities", "route_walk", "borrow", "report")
    SCHEMA = """
    CREATE TABLE sites (
        id TEXT PRIMARY KEY, name_zh TEXT, name_en TEXT, places INTEGER, channel_zh TEXT, channel_en TEXT,
        lost_zh TEXT, lost_en TEXT);
    CREATE TABLE seasons (
        site TEXT, name_zh TEXT, name_en TEXT, begins TEXT, opens TEXT, closes TEXT, last_entry TEXT,
        closed_weekday INTEGER);
    CREATE TABLE prices (site TEXT, season_begins TEXT, people TEXT, price REAL);
    CREATE TABLE groups (id TEXT PRIMARY KEY, name_zh TEXT, name_en TEXT);
    CREATE TABLE waits (site TEXT, place TEXT, name_zh TEXT, name_en TEXT, longest INTEGER);
    CREATE TABLE shuttles (
        site TEXT PRIMARY KEY, name_zh TEXT, name_en TEXT, first TEXT, last TEXT, every_minutes INTEGER);
    CREATE TABLE facilities (site TEXT, kind TEXT, name_zh TEXT, name_en TEXT, where_zh TEXT, where_en TEXT);
    CREATE TABLE closed_sights (site TEXT, place TEXT);
    CREATE TABLE loans (
        site TEXT, kind TEXT, name_zh TEXT, name_en TEXT, where_zh TEXT, where_en TEXT, pieces INTEGER,
        PRIMARY KEY (site, kind));
    CREATE TABLE reservations (
        id INTEGER PRIMARY KEY, number TEXT, site TEXT, kind TEXT, until REAL);
    CREATE TABLE reports (
        id INTEGER PRIMARY KEY, number TEXT, site TEXT, kind TEXT, place TEXT, at TEXT, state TEXT, photo BLOB)
    """

    @classmethod
    def seed(cls) -> Mapping[str, list[dict[str, Any]]]:
        return data("scenic")

    def opening(self, site: Site, date: str | None = None) -> dict[str, Any]:
        """When a place is open on a day; today where none is said."""
        day, now = self.day(date), self.now()
        with self.store.reading() as db:
            about, season = self._site(db, site), self._season(db, site, day)
        is_open = season["closed_weekday"] != day.weekday()
        today = is_open and day == now.date() and time.fromisoformat(season["opens"]) <= now.time()
        hours = {name: season[name] if is_open else None for name in ("opens", "closes", "last_entry")}
        return self.answer(
            site=text(about),
            date=day.isoformat(),
            season=text(season),
            open=is_open,
            reason="" if is_open else "closed_day",
            open_now=today and now.time() < time.fromisoformat(season["closes"]),
            can_enter_now=today and now.time() <= time.fromisoformat(season["last_entry"]),
            **hours,
        )

    def tickets(self, site: Site, date: str | None = None, group: Group = "adult", people: int = 1) -> dict[str, Any]:
        """What tickets cost, and how many are left for a day."""
        day = self.day(date)
        with self.store.reading() as db:
            about, season = self._site(db, site), self._season(db, site, day)
            rows = db.execute(
                "SELECT groups.id, name_zh, name_en, price FROM prices JOIN groups ON groups.id = people"
                " WHERE site = ? AND season_begins = ? ORDER BY price DESC, groups.rowid",
                (site, season["begins"]),
            ).fetchall()
        is_open = season["closed_weekday"] != day.weekday() and day >= self.now().date()
        left = round(about["places"] * (1 - SOLD[day.weekday() >= 5])) if is_open else 0
        price = next(row["price"] for row in rows if row["id"] == group)
        return self.answer(
            site=text(about),
            date=day.isoformat(),
            group=group,
            people=people,
            price=price,
            total=price * people,
            free=not price,
            left=left,
            enough=left >= people,
            channel=text(about, "channel"),
            items=[{"group": row["id"], "name": text(row), "price": row["price"]} for row in rows],
            count=len(rows),
        )

    def queues(self, site: Site) -> dict[str, Any]:
        """How long one waits at each place now."""
        with self.store.reading() as db:
            self._site(db, site)
            items = self._waits(db, site)
        told = [{"place": item["place"], "minutes": item["minutes"]} for item in items]
        ends = {"longest": told[0] if told else None, "shortest": told[-1] if told else None}
        return self.answer(items=told, count=len(told), **ends)

    def shuttle(self, site: Site) -> dict[str, Any]:
        """When the next shuttle leaves."""
        now = self.now()
        with self.store.reading() as db:
            row = found(db.execute("SELECT * FROM shuttles WHERE site = ?", (site,)).fetchone(), "shuttle")
        line = {"line": text(row), "every_minutes": row["every_minutes"], "last": row["last"]}
        leaves, last = _at(now, row["first"]), _at(now, row["last"])
        every = timedelta(minutes=row["every_minutes"])
        leaves += every * max(0, ceil((now - leaves) / every))
        if leaves > last:
            return self.answer(**line, running=False, next=None, minutes=None)
        minutes = ceil((leaves - now).total_seconds() / 60)
        return self.answer(**line, running=True, next=f"{leaves:%H:%M}", minutes=minutes)

    def facilities(
        self,
        site: Site,
        kind: Literal["toilet", "nursing_room", "first_aid", "luggage", "visitor_centre", "wheelchair"],
    ) -> dict[str, Any]:
        """Where something is that visitors need."""
        with self.store.reading() as db:
            self._site(db, site)
            rows = db.execute("SELECT * FROM facilities WHERE site = ? AND kind = ?", (site, kind)).fetchall()
        items = [{"name": text(row), "where": text(row, "where")} for row in rows]
        return self.answer(found=bool(items), items=items, count=len(items), first=items[0] if items else None)

    def route_walk(
        self,
        site: Mapped,
        minutes: int,
        interests: list[str] | None = None,
        step_free: bool = False,
        max_altitude: int | None = None,
        pace: Literal["normal", "slow"] = "normal",
    ) -> dict[str, Any]:
        """A walk that fits the time: what is shut is left out, and waiting is counted in."""
        with self.store.reading() as db:
            about = self._site(db, site)
            waits = {row["id"]: row["minutes"] for row in self._waits(db, site)}
            closed = {row["place"] for row in db.execute("SELECT place FROM closed_sights WHERE site = ?", (site,))}
        entry = data("maps")[site]
        area = routes.read(entry)
        places = {
            name: replace(
                place,
                closed=name in closed,
                minutes=place.minutes + waits.get(name, 0) if place.minutes else 0,
            )
            for name, place in area.places.items()
        }
        wish = {"start": entry["start"], "minutes": minutes, "interests": interests, "step_free": step_free}
        wish |= {"max_altitude": max_altitude, "pace": pace}
        walk = routes.run(arguments(expand(routes.PARAMETERS), wish), replace(area, places=places))
        return self.answer(site=text(about), **walk)

    def borrow(
        self, site: Site, kind: Literal["wheelchair", "pushchair", "audio_guide"], request_id: str
    ) -> dict[str, Any]:
        """Put something aside for a visitor for half an hour."""

        def act(db: sqlite3.Connection) -> dict[str, Any]:
            now = self.now()
            row = db.execute("SELECT * FROM loans WHERE site = ? AND kind = ?", (site, kind)).fetchone()
            row = found(row, "thing to borrow")
            held = db.execute(
                "SELECT count(*) FROM reservations WHERE site = ? AND kind = ? AND until > ?",
                (site, kind, now.timestamp()),
            ).fetchone()[0]
            thing = {"name": text(row), "where": text(row, "where")}
            if held >= row["pieces"]:
                return self.answer(**thing, reserved=False, reason="none_left")
            until = now + timedelta(minutes=HELD_MINUTES)
            number = f"R{1 + db.execute('SELECT count(*) FROM reservations').fetchone()[0]:03d}"
            db.execute(
                "INSERT INTO reservations (number, site, kind, until) VALUES (?, ?, ?, ?)",
                (number, site, kind, until.timestamp()),
            )
            return self.answer(**thing, reserved=True, reason="", number=number, until=f"{until:%H:%M}")

        return self.store.once("borrow", request_id, {"site": site, "kind": kind}, act)

    def report(
        self,
        site: Site,
        kind: Literal["lost_child", "lost_item", "injury", "unwell"],
        request_id: str,
        place: str = "",
        photo: str = "",
    ) -> dict[str, Any]:
        """Tell the staff of somebody lost, something lost, or somebody hurt or unwell. `photo`: a data: URL."""
        picture = b64decode(photo.partition(",")[2]) if photo else None

        def act(db: sqlite3.Connection) -> dict[str, Any]:
            about = self._site(db, site)
            number = f"S{1 + db.execute('SELECT count(*) FROM reports').fetchone()[0]:03d}"
            db.execute(
                "INSERT INTO reports (number, site, kind, place, at, state, photo) VALUES (?, ?, ?, ?, ?, 'open', ?)",
                (number, site, kind, place[:100], self.now().isoformat(timespec="seconds"), picture),
            )
            return self.answer(number=number, kind=kind, where=text(about, "lost"), with_photo=picture is not None)

        shown = sha256(picture).hexdigest() if picture else ""
        return self.store.once("report", request_id, {"site": site, "kind": kind, "place": place, "photo": shown}, act)

    def _site(self, db: sqlite3.Connection, site: str) -> sqlite3.Row:
        return found(db.execute("SELECT * FROM sites WHERE id = ?", (site,)).fetchone(), "place")

    def _season(self, db: sqlite3.Connection, site: str, day: date) -> sqlite3.Row:
        """The season of a day: the last that has begun, or the last of the year before."""
        rows = db.execute("SELECT * FROM seasons WHERE site = ? ORDER BY begins", (site,)).fetchall()
        begun = [row for row in rows if row["begins"] <= f"{day:%m-%d}"]
        return (begun or rows)[-1]

    def _waits(self, db: sqlite3.Connection, site: str) -> list[dict[str, Any]]:
        now = self.now()
        season = self._season(db, site, now.date())
        is_open = season["opens"] <= f"{now:%H:%M}" < season["closes"] and season["closed_weekday"] != now.weekday()
        part = next(part for hour, part in CURVE if now.hour < hour) if is_open else 0
        rows = db.execute("SELECT * FROM waits WHERE site = ?", (site,)).fetchall()
        items = [{"id": row["place"], "place": text(row), "minutes": round(row["longest"] * part)} for row in rows]
        return sorted(items, key=lambda item: -item["minutes"])


def _at(now: datetime, hour: str) -> datetime:
    at = time.fromisoformat(hour)
    return now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
