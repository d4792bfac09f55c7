/** Plays the session's media: voice on the audio clock, the face in step with what is heard. */

import { Speaker } from "./audio/speaker";
import { LatencyLog } from "./latency";
import { Metrics } from "./metrics";
import { POSE_SIZE, RATE, SAMPLES_PER_FRAME, type MediaMessage, type Pose } from "./net/codec";
import type { AnimationHeader } from "./net/events";
import { Lips } from "./stage/lips";
import { DEFAULT_NAMES } from "./stage/names";
import type { Stage } from "./stage/stage";
import { Standby } from "./stage/standby";
import { bodyMotion, holdStill } from "./stage/still";
import { Blender, Timeline, type Shown } from "./stage/timeline";

const PLAYHEAD_MS = 150;
/**
 * A machine that draws in software does so on the cores that hearing, thinking and speaking need: it gets fewer
 * frames while she speaks, and few while the answer is being made.
 */
const SOFTWARE_FPS = { speaking: 24, silent: 12 };
/** Animation frames come every 16.7 ms; one that comes this much early is taken rather than the one after it. */
const EARLY_MS = 9;
/** A mouth this far open is seen to be open. */
const MOUTH_SEEN = 0.06;
/** Frames further from now than this are not hers to show any more: she stands by. */
const STALE_SAMPLES = 3 * RATE;

export interface PlayerEvents {
  /** Sample `pts` of answer `turn` is being heard; `underruns`: how often the voice ran dry since the last report. */
  playhead(pts: number, turn: number, underruns: number): void;
  /** After each frame; `pts` is the sample being heard. */
  tick(pts: number): void;
  /** An answer's latency figures have grown. */
  measured(): void;
}

export class Player {
  readonly speaker = new Speaker();
  readonly metrics = new Metrics();
  readonly latency = new LatencyLog();
  stage: Stage | null = null;
  private readonly timeline = new Timeline();
  private readonly blender = new Blender();
  private readonly calm = matchMedia("(prefers-reduced-motion: reduce)");
  private readonly pose: Pose = new Float32Array(POSE_SIZE);
  private standby = new Standby(DEFAULT_NAMES.shapes);
  private lips = new Lips(DEFAULT_NAMES.shapes);
  private shapes: readonly string[] = DEFAULT_NAMES.shapes;
  private jaw = DEFAULT_NAMES.shapes.indexOf("jawOpen");
  private speakingTurn = 0;
  private underrunsTold = 0;
  private live = false;
  private quiet = false; // no frames are wanted
  private frames = 0;
  private jumps = 0;
  private lastDraw = 0;
  private closed = false;
  private readonly reports: ReturnType<typeof setInterval>;
  private drawMs = 8; // how long drawing takes, smoothed: the pose is chosen for when it will be seen

  constructor(private readonly events: PlayerEvents) {
    this.reports = setInterval(() => this.report(), PLAYHEAD_MS);
    requestAnimationFrame((now) => this.frame(now));
  }

  /** Neither sound nor picture any more. */
  close(): void {
    this.closed = true;
    clearInterval(this.reports);
    this.stage?.close();
    void this.speaker.close();
  }

  /** True while her voice is playing or waiting to. */
  get speaking(): boolean {
    return this.speaker.busy;
  }

  /** jawOpen of the pose on screen. */
  get mouthOpen(): number {
    return this.pose[this.jaw] ?? 0;
  }

  /** How far the body on screen is from standing at ease, 0 and up. */
  get bodyMotion(): number {
    return bodyMotion(this.pose);
  }

  /** True once a frame of the session is on screen, or none is to come. */
  get showing(): boolean {
    return this.live || this.quiet;
  }

  /** No frames come: she stands by, and her lips move with the sound. */
  get voiceOnly(): boolean {
    return this.quiet;
  }

  set voiceOnly(on: boolean) {
    this.quiet = on;
    this.timeline.clear();
    this.blender.start(performance.now() / 1000);
  }

  /** So far: frames that came, those that came too late while she spoke, and how often her voice ran dry. */
  get received(): { frames: number; late: number; underruns: number } {
    return { frames: this.frames, late: this.metrics.droppedFrames, underruns: this.speaker.clock.underruns };
  }

  header({ shapes, joints, hands }: AnimationHeader): void {
    this.shapes = shapes;
    this.jaw = shapes.indexOf("jawOpen");
    this.standby = new Standby(shapes);
    this.lips = new Lips(shapes);
    this.stage?.setNames({ shapes, joints, hands });
  }

  media(message: MediaMessage): void {
    const { speaker } = this;
    const now = speaker.now();
    speaker.clock.arrived(message.pts, now, speaker.busy);
    if (message.kind === "audio") {
      this.latency.begun(message.turn);
      speaker.play(message.turn, message.pts, message.pcm);
      this.speakingTurn = message.turn;
      return;
    }
    this.frames += message.poses.length;
    if (this.quiet) return; // sent before the server knew
    if (speaker.busy) this.countLate(message.pts, message.poses.length);
    this.timeline.add(message.turn, message.pts, message.poses);
  }

  /** Stops answer `turn` at once; frames after `pts` (by default: after what was heard) are forgotten. */
  interrupt(turn: number, pts?: number): number {
    const heard = this.speaker.stop(turn);
    this.tell(heard, turn);
    this.timeline.dropAfter(pts ?? heard);
    this.blender.start(performance.now() / 1000);
    return heard;
  }

  /** The answer being heard or waiting to be, 0 when there is none. */
  get currentTurn(): number {
    return this.speaker.playlist.currentTurn(this.speaker.now());
  }

  /** A new session begins. */
  reset(): void {
    this.speaker.reset();
    this.timeline.clear();
    this.latency.restart();
    this.speakingTurn = 0;
  }

  private frame(now: number): void {
    if (this.closed) return;
    requestAnimationFrame((next) => this.frame(next));
    const { busy } = this.speaker;
    if (this.stage?.software && now - this.lastDraw < 1000 / SOFTWARE_FPS[busy ? "speaking" : "silent"] - EARLY_MS) return;
    const seconds = (now - this.lastDraw) / 1000;
    this.lastDraw = now;
    const start = performance.now();
    const shown = this.choose(start, seconds);
    this.stage?.draw(this.pose, seconds, busy || !this.stage.software);
    this.drawMs += (Math.min(60, performance.now() - start) - this.drawMs) * 0.1;
    this.metrics.drawn(now);
    this.measure(shown);
    if (!busy) this.speaker.clock.idle(this.speaker.now());
    this.events.tick(this.speaker.audiblePts());
  }

  /** Writes the pose for the moment it will be seen. */
  private choose(start: number, seconds: number): Shown | null {
    const { clock } = this.speaker;
    const pts = this.speaker.audiblePts(start + this.drawMs);
    let shown = clock.anchored ? this.timeline.read(pts, this.pose) : null;
    if (shown && pts - shown.pts > STALE_SAMPLES) shown = null;
    if (!shown) this.pose.set(this.standby.pose(start / 1000));
    if (this.quiet) this.lips.move(this.pose, this.speaker.level(), seconds);
    if ((shown !== null) !== this.live || clock.jumps !== this.jumps) this.blender.start(start / 1000);
    this.live = shown !== null;
    this.jumps = clock.jumps;
    this.blender.apply(this.pose, start / 1000);
    if (this.calm.matches) holdStill(this.pose);
    return shown;
  }

  private measure(shown: Shown | null): void {
    const at = performance.now();
    const heard = this.speaker.measuredPts();
    const turn = this.speaker.playlist.turnAt(heard);
    if (!turn) return;
    this.noteSound(turn, heard, at);
    if (!shown) return;
    this.metrics.offset(((shown.pts - heard) * 1000) / RATE);
    const start = this.speaker.playlist.startOf(turn) ?? Infinity;
    if (shown.turn === turn && shown.pts >= start && this.mouthMoves() && this.latency.mouthed(turn, at)) this.events.measured();
  }

  private noteSound(turn: number, heard: number, at: number): void {
    const start = this.speaker.playlist.startOf(turn);
    if (start === undefined || heard < start) return;
    if (this.latency.sounded(turn, at - ((heard - start) * 1000) / RATE)) this.events.measured();
  }

  private mouthMoves(): boolean {
    return this.shapes.some((name, k) => /^(jawOpen|mouth(Funnel|Pucker|Stretch|LowerDown|UpperUp))/.test(name) && this.pose[k]! > MOUTH_SEEN);
  }

  private report(): void {
    const turn = this.speakingTurn;
    if (!turn) return;
    const audible = this.speaker.measuredPts();
    this.noteSound(turn, audible, performance.now()); // also where no frames are drawn: a hidden tab, no WebGL
    this.tell(this.speaker.playlist.heard(turn, audible), turn);
    if (this.speaker.busy) return;
    this.speakingTurn = 0;
    this.speaker.playlist.turnEnded();
  }

  private tell(heard: number, turn: number): void {
    const { underruns } = this.speaker.clock;
    this.events.playhead(heard, turn, underruns - this.underrunsTold);
    this.underrunsTold = underruns;
  }

  private countLate(pts: number, count: number): void {
    const late = Math.floor((this.speaker.measuredPts() - pts) / SAMPLES_PER_FRAME);
    this.metrics.droppedFrames += Math.max(0, Math.min(count, late));
  }
}
