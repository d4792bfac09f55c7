"""The demo hospital: departments, doctors' sessions, queues, check-in, how to prepare, the way to places."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from dialogue.tools.demos import lines
from dialogue.tools.demos.server import Demo, found
from dialogue.tools.demos.store import data, text
from dialogue.tools.names import joined

Exam = Literal[
    "blood", "urine", "gastroscopy", "colonoscopy", "abdominal_ultrasound", "pelvic_ultrasound", "ct_contrast", "mri",
    "ecg", "xray",
]  # fmt: skip
Place = Literal[
    "registration", "cashier", "pharmacy", "laboratory", "radiology", "ultrasound", "endoscopy", "insurance", "records",
    "toilet", "canteen", "emergency",
]  # fmt: skip
HALVES = {"morning": ("08:00", "12:00"), "afternoon": ("14:00", "17:30")}
FURTHEST = 14  # days ahead
HELD_MINUTES = 30
EARLY = timedelta(minutes=60)  # check-in opens before the time
LATE = timedelta(minutes=60)  # and closes after it


class Hospital(Demo):
    NAME = "hospital"
    TOOLS = ("departments", "sessions", "queue", "hold_session", "check_in", "exam_prep", "find_place")
    SCHEMA = (
        lines.SCHEMA
        + """
    CREATE TABLE departments (
        id TEXT PRIMARY KEY, name_zh TEXT, name_en TEXT, where_zh TEXT, where_en TEXT, always INTEGER DEFAULT 0);
    CREATE TABLE doctors (
        id TEXT PRIMARY KEY, department TEXT, name_zh TEXT, name_en TEXT, title_zh TEXT, title_en TEXT, weekdays TEXT,
        half TEXT, fee INTEGER, places INTEGER, taken INTEGER, room_zh TEXT, room_en TEXT);
    CREATE TABLE holds (
        id INTEGER PRIMARY KEY, number TEXT UNIQUE, doctor TEXT, date TEXT, until REAL);
    CREATE TABLE appointments (code TEXT PRIMARY KEY, department TEXT, due_in INTEGER);
    CREATE TABLE check_ins (code TEXT, day TEXT, ticket TEXT, PRIMARY KEY (code, day));
    CREATE TABLE exams (id TEXT PRIMARY KEY, name_zh TEXT, name_en TEXT, fasting_hours INTEGER);
    CREATE TABLE preparations (exam TEXT, item_zh TEXT, item_en TEXT);
    CREATE TABLE places (
        id TEXT PRIMARY KEY, name_zh TEXT, name_en TEXT, where_zh TEXT, where_en TEXT, way_zh TEXT, way_en TEXT,
        minutes INTEGER, hours_zh TEXT, hours_en TEXT)
    """
    )

    @classmethod
    def seed(cls) -> Mapping[str, list[dict[str, Any]]]:
        return data("hospital")

    def departments(self, department: str | None = None) -> dict[str, Any]:
        """The departments, or one of them: where it is and whether it is open."""
        with self.store.reading() as db:
            rows = db.execute("SELECT * FROM departments").fetchall()
            if department is not None:
                rows = [self._department(db, department)]
            items = [self._described(db, row) for row in rows]
        one = items[0] if department is not None else {}
        return self.answer(**one, items=items, count=len(items))

    def sessions(self, department: str, date: str) -> dict[str, Any]:
        """Which doctors see patients on a day, and how many places are left."""
        day = self.day(date)
        with self.store.reading() as db:
            row = self._department(db, department)
            items = self._sessions(db, department, day)
            first = next((item for item in items if item["left"]), None)
            following = None if first else self._next_day(db, department, day)
        for item in items:
            item.pop("id")
        left = sum(item["left"] for item in items)
        return self.answer(
            department=text(row),
            date=date,
            open=bool(items) or bool(row["always"]),
            left=left,
            items=items,
            count=len(items),
            first=first,
            next_date=following,
        )

    def queue(self, department: str) -> dict[str, Any]:
        """How many people wait at a department."""
        with self.store.writing() as db:
            row = self._department(db, department)
            line = found(lines.line_of(db, department, "desk"), "queue")
            waiting, minutes = lines.waiting(db, line, self.now())
            number = lines.calling(db, line, self.now())
        return self.answer(department=text(row), waiting=waiting, minutes=minutes, calling=number)

    def hold_session(
        self, department: str, date: str, half: Literal["morning", "afternoon"], request_id: str
    ) -> dict[str, Any]:
        """Hold a place with the first doctor who has one, until the patient shows who they are at a window."""

        def act(db: sqlite3.Connection) -> dict[str, Any]:
            day, now = self.day(date), self.now()
            self._department(db, department)
            items = [item for item in self._sessions(db, department, day) if item["half"] == half]
            free = next((item for item in items if item["left"]), None)
            if reason := self._against(day, half, items, free):
                return self.answer(held=False, reason=reason, date=date, half=half)
            until = now + timedelta(minutes=HELD_MINUTES)
            number = str(2001 + db.execute("SELECT coalesce(max(id), 0) FROM holds").fetchone()[0])
            db.execute(
                "INSERT INTO holds (number, doctor, date, until) VALUES (?, ?, ?, ?)",
                (number, free["id"], date, until.timestamp()),
            )
            told = {name: free[name] for name in ("doctor", "title", "half", "from", "to", "room", "fee")}
            window = self._place(db, "registration")
            return self.answer(
                **told,
                held=True,
                reason="",
                number=number,
                date=date,
                until=f"{until:%H:%M}",
                where=text(window, "where"),
            )

        said = {"department": department, "date": date, "half": half}
        return self.store.once("hold_session", request_id, said, act)

    def check_in(self, code: str | int, request_id: str) -> dict[str, Any]:
        """Say that a patient with an appointment has come; they get a number in the department's queue."""
        code = str(code).strip()

        def act(db: sqlite3.Connection) -> dict[str, Any]:
            now = self.now()
            due = self._due(db, code, now)
            if due is None:
                return self.answer(checked_in=False, reason="unknown")
            department, at = due
            row = self._department(db, department)
            told = {"department": text(row), "time": f"{at:%H:%M}", "date": at.date().isoformat()}
            if reason := self._too_early_or_late(db, code, at, now):
                return self.answer(**told, checked_in=False, reason=reason)
            taken = lines.take(db, found(lines.line_of(db, department, "desk"), "queue"), now)
            db.execute("INSERT INTO check_ins VALUES (?, ?, ?)", (code, now.date().isoformat(), taken["number"]))
            room = db.execute("SELECT * FROM doctors WHERE department = ?", (department,)).fetchone()
            return self.answer(
                **told, **taken, checked_in=True, reason="", where=text(row, "where"), room=text(room, "room")
            )

        return self.store.once("check_in", request_id, {"code": code}, act)

    def exam_prep(self, exam: Exam) -> dict[str, Any]:
        """How to prepare for a test."""
        with self.store.reading() as db:
            row = found(db.execute("SELECT * FROM exams WHERE id = ?", (exam,)).fetchone(), "test")
            rows = db.execute("SELECT * FROM preparations WHERE exam = ? ORDER BY rowid", (exam,)).fetchall()
        items = [text(each, "item") for each in rows]
        whole = {"zh": "；".join(item["zh"] for item in items), "en": "; ".join(item["en"] for item in items)}
        return self.answer(
            name=text(row), fasting_hours=row["fasting_hours"], items=items, count=len(items), list=whole
        )

    def find_place(self, place: Place) -> dict[str, Any]:
        """Where something in the hospital is, from the hall."""
        with self.store.reading() as db:
            row = self._place(db, place)
        return self.answer(
            name=text(row),
            where=text(row, "where"),
            way=text(row, "way"),
            minutes=row["minutes"],
            hours=text(row, "hours"),
        )

    def _department(self, db: sqlite3.Connection, department: str) -> sqlite3.Row:
        return found(db.execute("SELECT * FROM departments WHERE id = ?", (department,)).fetchone(), "department")

    def _place(self, db: sqlite3.Connection, place: str) -> sqlite3.Row:
        return found(db.execute("SELECT * FROM places WHERE id = ?", (place,)).fetchone(), "place")

    def _described(self, db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
        now = self.now()
        halves = {item["half"] for item in self._sessions(db, row["id"], now.date())}
        hours = [HALVES[half] for half in HALVES if half in halves]
        clock = f"{now:%H:%M}"
        spoken = joined({"zh": f"{a}到{b}", "en": f"{a} to {b}"} for a, b in hours)
        none = {"zh": "今天不看诊", "en": "not today"}
        always = {"zh": "全天", "en": "day and night"}
        return {
            "id": row["id"],
            "name": text(row),
            "where": text(row, "where"),
            "open_now": bool(row["always"]) or any(a <= clock < b for a, b in hours),
            "hours": always if row["always"] else spoken if hours else none,
        }

    def _sessions(self, db: sqlite3.Connection, department: str, day: date) -> list[dict[str, Any]]:
        now = self.now()
        items = []
        for row in db.execute("SELECT * FROM doctors WHERE department = ? ORDER BY half DESC, id", (department,)):
            begins, ends = HALVES[row["half"]]
            over = (day.isoformat(), ends) <= (now.date().isoformat(), f"{now:%H:%M}")
            if str(day.weekday()) not in row["weekdays"] or over:
                continue
            held = db.execute(
                "SELECT count(*) FROM holds WHERE doctor = ? AND date = ? AND until > ?",
                (row["id"], day.isoformat(), now.timestamp()),
            ).fetchone()[0]
            items.append(
                {
                    "id": row["id"],
                    "doctor": text(row),
                    "title": text(row, "title"),
                    "half": row["half"],
                    "from": begins,
                    "to": ends,
                    "left": max(0, row["places"] - row["taken"] - held),
                    "fee": row["fee"],
                    "room": text(row, "room"),
                }
            )
        return items

    def _next_day(self, db: sqlite3.Connection, department: str, day: date) -> str | None:
        last = self.now().date() + timedelta(days=FURTHEST)
        while (day := day + timedelta(days=1)) <= last:
            if any(item["left"] for item in self._sessions(db, department, day)):
                return day.isoformat()
        return None

    def _against(self, day: date, half: str, items: list[dict[str, Any]], free: dict[str, Any] | None) -> str:
        """Why no place can be held, in a word; "" where one can."""
        now = self.now()
        if (day.isoformat(), HALVES[half][1]) <= (now.date().isoformat(), f"{now:%H:%M}"):
            return "past"
        if (day - now.date()).days > FURTHEST:
            return "too_far"
        return "" if free else "full" if items else "none"

    def _due(self, db: sqlite3.Connection, code: str, now: datetime) -> tuple[str, datetime] | None:
        """Department and time of an appointment. Those of the demo are always as far from now as their row says."""
        row = db.execute("SELECT * FROM appointments WHERE code = ?", (code,)).fetchone()
        if row is not None:
            return row["department"], now + timedelta(minutes=row["due_in"])
        row = db.execute(
            "SELECT department, half, date FROM holds JOIN doctors ON doctors.id = doctor WHERE number = ?", (code,)
        ).fetchone()
        if row is None:
            return None
        begins = time.fromisoformat(HALVES[row["half"]][0])
        return row["department"], datetime.combine(date.fromisoformat(row["date"]), begins, now.tzinfo)

    def _too_early_or_late(self, db: sqlite3.Connection, code: str, at: datetime, now: datetime) -> str:
        day = now.date().isoformat()
        if db.execute("SELECT 1 FROM check_ins WHERE code = ? AND day = ?", (code, day)).fetchone():
            return "already"
        if now < at - EARLY:
            return "too_early"
        return "missed" if now > at + LATE else ""
