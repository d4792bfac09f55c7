/** What the server asks each visitor to agree to, by purpose. Whoever declines the microphone types. */

export interface Asked {
  purpose: string;
  version: string;
  text: string;
  text_en: string;
  given: boolean;
}

export class Consents {
  private asked: Asked[] = [];
  /** Decided on this page, by purpose and version of the text: a new session is told without asking again. */
  private readonly decided = new Map<string, boolean>();

  constructor(
    private readonly ask: (text: string) => boolean,
    private readonly tell: (event: { type: string } & Record<string, unknown>) => boolean,
    private readonly language: () => string,
  ) {}

  /** A session began, and this is what it asks for. */
  begin(asked: Asked[]): void {
    this.asked = asked;
    for (const each of asked) if (this.decided.get(key(each))) this.send(each, true);
  }

  /** Whether what the purpose is for may be done now. */
  allows(purpose: string): boolean {
    return this.find(purpose)?.given ?? true;
  }

  /** Asks the visitor unless they have agreed; the answer. */
  request(purpose: string): boolean {
    const wanted = this.find(purpose);
    if (!wanted || wanted.given) return true;
    this.send(wanted, this.ask(this.language() === "zh" ? wanted.text : wanted.text_en));
    return wanted.given;
  }

  /** Asks for a purpose that was neither agreed to nor declined on this page. */
  offer(purpose: string): void {
    const wanted = this.find(purpose);
    if (wanted && !this.decided.has(key(wanted))) this.request(purpose);
  }

  /** Somebody else comes: nothing is asked or decided yet. */
  forget(): void {
    this.asked = [];
    this.decided.clear();
  }

  private find(purpose: string): Asked | undefined {
    return this.asked.find((each) => each.purpose === purpose);
  }

  private send(wanted: Asked, given: boolean): void {
    wanted.given = given;
    this.decided.set(key(wanted), given);
    this.tell({ type: "shuren.consent", purpose: wanted.purpose, version: wanted.version, given });
  }
}

function key(asked: Asked): string {
  return `${asked.purpose} ${asked.version}`;
}
