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
  /** One question at a time. */
  private last: Promise<unknown> = Promise.resolve();

  /** `ask`: what the visitor decides, null where the question was taken away undecided. */
  constructor(
    private readonly ask: (text: string) => Promise<boolean | null>,
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
  request(purpose: string): Promise<boolean> {
    return this.next(() => this.put(this.find(purpose)));
  }

  /** Asks for a purpose that was neither agreed to nor declined on this page. */
  offer(purpose: string): Promise<boolean> {
    return this.next(() => {
      const wanted = this.find(purpose);
      return wanted && this.decided.has(key(wanted)) ? Promise.resolve(wanted.given) : this.put(wanted);
    });
  }

  /** Somebody else comes: nothing is asked or decided yet. */
  forget(): void {
    this.asked = [];
    this.decided.clear();
  }

  private next(question: () => Promise<boolean>): Promise<boolean> {
    const answer = this.last.then(question);
    this.last = answer;
    return answer;
  }

  private async put(wanted: Asked | undefined): Promise<boolean> {
    if (!wanted || wanted.given) return true;
    const given = await this.ask(this.language() === "zh" ? wanted.text : wanted.text_en);
    const now = this.find(wanted.purpose); // by now it may be another session, or somebody else's
    if (given === null || !now || key(now) !== key(wanted)) return false;
    this.send(now, given);
    return given;
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
