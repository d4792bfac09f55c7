/**
 * Whether the line carries frames: pure rules on what was measured of it. Time is given, so that tests can make it up.
 *
 * A pong comes behind all the voice and frames that wait for the line. Where it comes at once, what was late was late at
 * the server, and fewer frames would not help. Where only pongs are late, and all else is there, a machine is busy.
 */

/** All she has; or no frames, because the line is weak, or because the visitor saves data. */
export type Mode = "frames" | "weak" | "saving";

/** What was noticed since the last look. */
export interface Look {
  /** Seconds. */
  at: number;
  /** Seconds the last pong took, or for which one has been missing; null: nothing is known yet. */
  delay: number | null;
  /** How often the voice ran dry. */
  underruns: number;
  /** Frames that came, and how many of them when their moment was over. */
  frames: number;
  late: number;
  /** Frames the server let go because they could not be sent. */
  dropped: number;
  /** The browser takes the line for 2G. */
  slow: boolean;
  /** The visitor asked for little data. */
  saving: boolean;
}

/** The line is to blame for a voice that runs dry or late frames if a pong was this late, seconds; for missing frames: */
const DELAYED = 0.25;
const LATE = 1;
/** Frames are missing where fewer than this part of them came. A machine that halts for a moment sends them later. */
const NEARLY_ALL = 0.8;
const FPS = 60;
/** A look this much before or after its second, seconds: this machine is busy, and what is late may have waited here. */
const UNSTEADY = 0.25;
/** So many strained looks within so many seconds, and frames stop: a lost second or two is borne. */
const STRAINS = 4;
const WINDOW_SECONDS = 10;
/** A line whose pongs take less, seconds, without anything else, is well. */
const WELL = 0.5;
/** So long it has to be well without a break before frames come back; doubled each time they did not last. */
const PATIENCE = 15;
const MOST_PATIENCE = 600;
/** Frames that lasted this long were no mistake. */
const LASTED = 120;
/** After a longer pause between two looks the page slept, and what was before says nothing. */
const SLEPT = 5;

export class Judge {
  private now: Mode = "frames";
  private strains: number[] = [];
  private before: Look[] = [];
  private looked = -Infinity;
  private steady = false;
  private wellSince: number | null = null;
  private backAt = -Infinity;
  private patience = PATIENCE;

  get mode(): Mode {
    return this.now;
  }

  /** Looks once more, about every second. */
  look(look: Look): Mode {
    if (look.at - this.looked > SLEPT) this.forget();
    this.steady = Math.abs(look.at - this.looked - 1) <= UNSTEADY;
    this.looked = look.at;
    this.before = [...this.before, look].filter(({ at }) => at > look.at - WINDOW_SECONDS);
    if (look.saving) this.now = "saving";
    else if (this.now === "saving") this.now = "frames"; // the visitor's word, not the line's
    if (this.now === "frames" && this.failing(look)) this.stop(look.at);
    else if (this.now === "weak" && this.recovered(look)) this.resume(look.at);
    return this.now;
  }

  private stop(at: number): void {
    if (at - this.backAt < LASTED) this.patience = Math.min(MOST_PATIENCE, 2 * this.patience);
    else this.patience = PATIENCE;
    this.now = "weak";
    this.wellSince = null;
  }

  private resume(at: number): void {
    this.now = "frames";
    this.backAt = at;
    this.strains = [];
    this.before = []; // no frames came because none were wanted
  }

  private failing(look: Look): boolean {
    if (look.slow || look.dropped > 0) return true;
    if (this.strained(look)) this.strains.push(look.at);
    this.strains = this.strains.filter((at) => at > look.at - WINDOW_SECONDS);
    return this.strains.length >= STRAINS;
  }

  private strained({ delay, underruns, frames, late }: Look): boolean {
    if (!this.steady) return false;
    if (delay !== null && delay >= LATE && this.missing()) return true;
    return (underruns > 0 || 2 * late > frames) && this.worstDelay() >= DELAYED;
  }

  /** Fewer frames came than their time went by. */
  private missing(): boolean {
    const [first, ...rest] = this.before;
    const came = rest.reduce((sum, { frames }) => sum + frames, 0);
    return first !== undefined && came < NEARLY_ALL * FPS * (this.looked - first.at);
  }

  private recovered(look: Look): boolean {
    const well = look.delay !== null && look.delay < WELL && !look.underruns && !look.slow;
    this.wellSince = well ? (this.wellSince ?? look.at) : null;
    return this.wellSince !== null && look.at - this.wellSince >= this.patience;
  }

  private worstDelay(): number {
    return Math.max(0, ...this.before.map(({ delay }) => delay ?? 0));
  }

  private forget(): void {
    this.strains = [];
    this.before = [];
    this.wellSince = null;
  }
}
