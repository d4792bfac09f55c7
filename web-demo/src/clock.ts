/**
 * The session's media clock on this machine: which sample (`pts`, 24 kHz) plays at which second of the audio clock.
 *
 * Anchored once with a small cushion. While she speaks it only ever moves later, when audio came too late to be
 * played in its place, and audio and frames move together because both ask this clock. While nobody speaks it slides
 * back towards the cushion so slowly that the idle motion does not show it.
 */

import { RATE } from "./net/codec";

/**
 * Seconds between the arrival of media and its sound, to begin with. An answer is sent faster than it is heard, so only
 * its very beginning depends on this.
 */
export const CUSHION_START = 0.04;
export const CUSHION_MAX = 0.5;
/** An underrun widens the cushion by this factor; every calm turn takes a little of it back. */
const CUSHION_GROWTH = 1.5;
const CUSHION_CALM = 0.9;
/** Arrivals looked at when judging whether the anchor is still good. */
const WINDOW_SECONDS = 4;
/** Correction while idle, seconds per second: 4 % faster or slower motion is not seen. */
const SLEW = 0.04;
/** Further off than this the anchor jumps: sliding would take longer than the person waits. */
const JUMP = 0.6;
/** An answer that would begin later than the cushion by more than this is moved forward: nobody speaks yet. */
const EAGER = 0.02;
/** Media this long in time, without exception, proves that an old delay is over. */
const PROOF_SECONDS = 1;
/** Within this the anchor is good enough. */
const TOLERANCE = 0.02;
/** How long after an interruption media may arrive for moments already past. */
const RESEND_SECONDS = 0.4;
/** A source scheduled nearer than this to now may start late. */
export const SCHEDULE_AHEAD = 0.008;

export class MediaClock {
  /** Second of the audio clock at which sample 0 plays. */
  private origin: number | null = null;
  private cushionSeconds = CUSHION_START;
  private arrivals: { at: number; lead: number }[] = [];
  private slewedAt = 0;
  private deafUntil = -Infinity;
  underruns = 0;
  /** Jumps of the anchor: the picture should blend over them. */
  jumps = 0;

  get anchored(): boolean {
    return this.origin !== null;
  }

  get cushion(): number {
    return this.cushionSeconds;
  }

  reset(): void {
    this.origin = null;
    this.arrivals = [];
    this.deafUntil = -Infinity;
  }

  /** Second of the audio clock at which `pts` plays. */
  timeOf(pts: number): number {
    return (this.origin ?? 0) + pts / RATE;
  }

  /** Sample playing at second `time` of the audio clock; fractional. */
  ptsAt(time: number): number {
    return this.origin === null ? 0 : (time - this.origin) * RATE;
  }

  /**
   * Media for `pts` arrived at `now`. Anchors the clock on first arrival.
   * `speaking`: audio is playing or waiting, so the anchor must hold.
   */
  arrived(pts: number, now: number, speaking: boolean): void {
    if (this.origin === null) return this.anchor(pts, now);
    if (now < this.deafUntil) return;
    const lead = this.timeOf(pts) - now;
    this.arrivals.push({ at: now, lead });
    while (this.arrivals[0] && this.arrivals[0].at < now - WINDOW_SECONDS) this.arrivals.shift();
    if (!speaking && (this.hopelesslyLate() || this.needlesslyLate(now))) this.anchor(pts, now);
  }

  /** Audio for `pts`, the first of an answer, arrived at `now` and nobody speaks: it need not wait longer than the cushion. */
  hasten(pts: number, now: number): void {
    if (this.origin !== null && this.timeOf(pts) - now > this.cushionSeconds + EAGER) this.anchor(pts, now);
  }

  /**
   * Audio for `pts` must be scheduled at `now`. When its moment has passed the clock is pushed back, so that nothing
   * is cut off: returns the seconds by which everything moved later. `continues`: it follows audio that was playing,
   * so the person heard a gap.
   */
  makeRoom(pts: number, now: number, continues: boolean): number {
    const lead = this.timeOf(pts) - now;
    if (this.origin === null || lead >= SCHEDULE_AHEAD) return 0;
    if (continues) {
      this.underruns++;
      this.cushionSeconds = Math.min(CUSHION_MAX, this.cushionSeconds * CUSHION_GROWTH);
    }
    const shift = this.cushionSeconds - lead;
    this.shift(shift);
    this.jumps++;
    return shift;
  }

  /** She was interrupted: media is sent anew from a moment that has passed, which says nothing about the network. */
  interrupted(now: number): void {
    this.arrivals = [];
    this.deafUntil = now + RESEND_SECONDS;
  }

  /** Call regularly while nobody speaks: slides the anchor towards the cushion. */
  idle(now: number): void {
    const elapsed = Math.min(0.1, Math.max(0, now - this.slewedAt));
    this.slewedAt = now;
    if (this.origin === null || this.arrivals.length < 3) return;
    const excess = this.worstLead() - this.cushionSeconds;
    if (Math.abs(excess) <= TOLERANCE) return;
    const step = Math.min(Math.abs(excess), SLEW * elapsed);
    this.shift(excess > 0 ? -step : step);
  }

  /** A turn ended. Without an underrun the cushion shrinks towards its start. */
  turnEnded(hadUnderrun: boolean): void {
    if (!hadUnderrun) this.cushionSeconds = Math.max(CUSHION_START, this.cushionSeconds * CUSHION_CALM);
  }

  private anchor(pts: number, now: number): void {
    if (this.origin !== null) this.jumps++;
    this.origin = now + this.cushionSeconds - pts / RATE;
    this.arrivals = [{ at: now, lead: this.cushionSeconds }];
  }

  private shift(seconds: number): void {
    this.origin = (this.origin ?? 0) + seconds;
    for (const arrival of this.arrivals) arrival.lead += seconds;
  }

  private worstLead(since = -Infinity): number {
    return this.arrivals.reduce((least, { at, lead }) => (at >= since ? Math.min(least, lead) : least), Infinity);
  }

  private hopelesslyLate(): boolean {
    return this.worstLead() < this.cushionSeconds - JUMP;
  }

  private needlesslyLate(now: number): boolean {
    const since = now - PROOF_SECONDS;
    const known = this.arrivals[0]!.at <= since;
    return known && this.worstLead(since) > this.cushionSeconds + JUMP;
  }
}

/**
 * AudioContext.currentTime climbs in steps as long as a hardware buffer. Motion needs it smooth: this follows the
 * steps with the page's own clock and a slow correction, and gives up only when the two have really parted.
 */
export class SteadyTime {
  private offset: number | null = null;

  /** `audio`: AudioContext.currentTime; `page`: performance.now() / 1000. Seconds, on the audio clock. */
  read(audio: number, page: number): number {
    const difference = audio - page;
    if (this.offset === null || Math.abs(difference - this.offset) > 0.08) this.offset = difference;
    else this.offset += (difference - this.offset) * 0.05;
    return page + this.offset;
  }
}
