/** When a kiosk is open, by the device's clock: `{"mon": "08:30-17:30", …}`, "" for a day off, {} for always. */

export type Hours = Readonly<Record<string, string>>;

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;

const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

function span(hours: Hours, day: number): [number, number] | null {
  const text = hours[DAYS[day % 7] as string];
  return text ? [minutesOf(text), minutesOf(text.slice(6))] : null;
}

export function isOpen(hours: Hours, at: Date): boolean {
  if (!Object.keys(hours).length) return true;
  const today = span(hours, at.getDay());
  const minute = at.getHours() * 60 + at.getMinutes();
  return today !== null && minute >= today[0] && minute < today[1];
}

/** When it opens next: days from today (0: today) and the hour; null where it never does. */
export function opensNext(hours: Hours, at: Date): { days: number; hour: string } | null {
  const minute = at.getHours() * 60 + at.getMinutes();
  for (let days = 0; days <= 7; days++) {
    const found = span(hours, at.getDay() + days);
    if (found && (days || minute < found[0])) return { days, hour: (hours[DAYS[(at.getDay() + days) % 7] as string] as string).slice(0, 5) };
  }
  return null;
}
