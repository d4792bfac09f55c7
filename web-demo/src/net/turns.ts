/** Which answers are dead. Turn ids only grow and have 16 bits on the wire, so they are compared modulo 2^16. */
export class TurnGate {
  private dead = -1;

  /** The answer was interrupted for good: it and every earlier one are stale from now on. */
  kill(turn: number): void {
    if (this.accepts(turn)) this.dead = turn & 0xffff;
  }

  /** False for whatever belongs to a dead answer. Turn 0 is nobody's: always welcome. */
  accepts(turn: number): boolean {
    if (turn === 0 || this.dead < 0) return true;
    const ahead = ((turn & 0xffff) - this.dead) & 0xffff;
    return ahead !== 0 && ahead < 0x8000;
  }
}
