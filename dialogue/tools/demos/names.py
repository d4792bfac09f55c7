"""Which demo servers there are. Imports nothing heavy: packs are checked against it."""

DEMOS: dict[str, str] = {
    "bank": "branches, queue tickets, rates, appointments",
    "scenic": "Mount Qingcheng: opening, tickets, queues, walks",
    "hospital": "departments, doctors' sessions, queues, check-in",
    "shop": "products, stock, prices, coupons, orders held",
}
