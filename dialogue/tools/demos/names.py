"""Which demo servers there are. Imports nothing heavy: packs are checked against it."""

DEMOS: dict[str, str] = {
    "bank": "branches, queue tickets, rates, what to bring, appointments",
    "scenic": "opening, tickets, queues, shuttles, walks, things to borrow, reports",
    "hospital": "departments, doctors' sessions, queues, check-in, preparation, the way",
    "shop": "products, stock, prices, coupons, orders held",
}
