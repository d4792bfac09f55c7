/** The page's conversation: connects the wire, the microphone, the player and what is shown. */

import { Microphone, MicError } from "./audio/mic";
import { PushToTalk } from "./audio/push-to-talk";
import { CaptionTrack } from "./captions";
import { Consents } from "./consents";
import { Conversation } from "./conversation";
import { RealtimeClient, type ConnectionStatus } from "./net/client";
import type { ErrorEvent, InterruptedEvent, SentenceEvent, ServerEvent, TurnState } from "./net/events";
import { setToken } from "./net/token";
import type { Mode } from "./network";
import type { Options } from "./options";
import { Figure } from "./figure";
import { onGesture } from "./gesture";
import { fetchPersonas, type Persona } from "./personas";
import { pageOf, tell, type ShurenPage } from "./integrators";
import { Player } from "./player";
import { errorKey, preferredLanguage, type Key } from "./ui/i18n";
import { Page } from "./ui/page";
import type { UiState } from "./ui/status";
import { VoiceOnly } from "./voice-only";

/** How long she stays quieter when the person may have begun to speak and the server has not decided yet. */
const DUCK_MS = 900;
/** A browser that allows sound says so within this; otherwise it is waiting for a gesture. */
const AUTOPLAY_MS = 400;
const PERSONAS_RETRY_MS = 4000;
/** Elders are spoken to more slowly. */
export const ELDER_SPEED = 0.85;
/** A token is good for minutes. */
const TOKEN_GOOD_MS = 240_000;

export class App {
  readonly player: Player;
  readonly page: Page;
  readonly microphone: Microphone;
  private readonly client: RealtimeClient;
  private readonly figure: Figure;
  private readonly talk: PushToTalk;
  private readonly consents: Consents;
  private readonly line: VoiceOnly;
  private readonly captions = new CaptionTrack();
  private readonly conversation = new Conversation((message) => this.page.history.render(message));
  private personas: Persona[] = [];
  private persona: Persona | null = null;
  private state: UiState = "offline";
  private turn = 0;
  private responding = false;
  private typed = 0;
  private started = false;
  private toldReady = false;
  private tokenAt = -Infinity;
  private wasConnected = false;
  private speed = 1;
  private countdown: ReturnType<typeof setInterval> | undefined;
  private ducking: ReturnType<typeof setTimeout> | undefined;

  /** `house`: the element it fills, and where what happens is told (see integrators.ts). */
  constructor(
    private readonly house: HTMLElement,
    private readonly base: string,
    private readonly options: Options,
  ) {
    this.player = new Player({
      playhead: (pts, turn, underruns) => this.client.playhead(pts, turn, underruns),
      tick: (pts) => this.tick(pts),
      measured: () => this.page.latency.show(this.player.latency.turns.at(-1) ?? null),
    });
    this.client = new RealtimeClient(() => this.address(), {
      onEvent: (event) => this.onEvent(event),
      onMedia: (message) => this.player.media(message),
      onStatus: (status) => this.onStatus(status),
      showLabel: (label) => {
        this.page.label.setTexts(label.text, label.text_en);
        return this.page.label.shown();
      },
    });
    this.talk = new PushToTalk({
      append: (pcm) => this.client.appendAudio(pcm),
      clear: () => this.client.clearAudio(),
      commit: () => this.client.commitAudio(),
      interrupt: () => this.interrupt(),
    });
    this.consents = new Consents(
      (text) => this.page.question.ask(text),
      (event) => this.client.send(event),
      () => this.page.currentLanguage,
    );
    const send = (pcm: Int16Array): boolean =>
      this.consents.allows("mic_asr") && (options.hold ? this.talk.chunk(pcm) : this.client.appendAudio(pcm));
    this.microphone = new Microphone(send, () => this.micLost());
    const actions = {
      send: (text: string) => void this.sendText(text),
      toggleMic: () => void (this.microphone.active ? this.stopMic() : this.startMic()),
      press: () => this.press(),
      release: () => this.release(),
      interrupt: () => this.interrupt(),
      start: (withVoice: boolean) => void this.start(withVoice),
      choosePersona: (id: string) => this.choose(id),
    };
    this.page = new Page(house, options.language ?? preferredLanguage(navigator.languages), actions, base, options.hold);
    this.page.label.onHidden = () => this.client.hideLabel();
    house.classList.toggle("large", options.elder);
    this.setSpeed(options.elder ? ELDER_SPEED : 1);
    this.figure = new Figure(this.player, this.page, base, options);
    this.line = new VoiceOnly(this.client, this.player, (mode) => {
      this.page.status.setLine(mode);
      tell(house, "line", { mode });
    });
  }

  /** What whoever embeds her may do. */
  readonly outside: ShurenPage = pageOf(this);

  /** Whom the visitor talks with; "" while that is not known. */
  get personaId(): string {
    return this.persona?.id ?? "";
  }

  get lineMode(): Mode {
    return this.line.mode;
  }

  get uiState(): UiState {
    return this.state;
  }

  /** The label is on screen, the session is live, and she is on stage (or cannot be). */
  get ready(): boolean {
    return this.client.labelShown && (this.player.showing || !this.player.stage?.loaded);
  }

  /** Prepares everything that needs no permission, and begins at once where the browser allows sound. */
  async run(): Promise<void> {
    this.setState("offline");
    this.page.setPuppet(this.options.puppet);
    await this.renewToken();
    await this.loadPersonas();
    void this.figure.show(this.persona);
    if (this.options.waits) return;
    if (await this.player.speaker.resume(AUTOPLAY_MS)) await this.start(this.options.mic || this.options.puppet);
    else this.page.welcome.show(true);
  }

  /** Begins the conversation; the first time out of a gesture, so that sound is allowed. */
  async start(withVoice: boolean): Promise<void> {
    if (!this.started) {
      this.started = true;
      this.page.welcome.show(false);
      if (!(await this.player.speaker.resume())) this.waitForGesture();
      if (performance.now() - this.tokenAt > TOKEN_GOOD_MS) await this.renewToken();
      this.client.connect();
    }
    if (withVoice) await this.startMic();
  }

  /** Asks a typed question; interrupts her if she is speaking. */
  sendText(text: string): Promise<boolean> {
    return this.tellHer(text, (client) => client.sendText(text));
  }

  /** Sends her something that stands as `text` in the talk. */
  async tellHer(text: string, send: (client: RealtimeClient) => boolean): Promise<boolean> {
    await this.start(false);
    if (!this.client.connected) return false;
    if (this.responding || this.player.speaking) this.interrupt();
    this.conversation.heard(`typed-${++this.typed}`, text);
    tell(this.house, "heard", { text });
    this.player.latency.asked("text", performance.now());
    return send(this.client);
  }

  async startMic(): Promise<boolean> {
    await this.start(false);
    if (!(await this.consents.request("mic_asr")) || !this.started) return false;
    this.page.dock.setMic("starting");
    try {
      await this.microphone.start();
      this.page.notices.hide("micRefused", "micMissing", "micUnsupported", "micEnded");
    } catch (error) {
      const keys: Record<string, Key> = { refused: "micRefused", missing: "micMissing", unsupported: "micUnsupported" };
      this.page.notices.show(keys[error instanceof MicError ? error.reason : "missing"] ?? "micMissing");
    }
    this.page.dock.setMic(this.microphone.active ? "on" : "off");
    return this.microphone.active;
  }

  /** Push to talk. The first press opens the microphone. */
  press(): void {
    if (!this.microphone.active) return void this.startMic();
    this.talk.press();
    this.page.dock.setHeld(true);
  }

  release(): void {
    this.talk.release();
    this.page.dock.setHeld(false);
  }

  /** What was being said is lost: the connection or the microphone is gone. */
  private dropTalk(): void {
    this.talk.reset();
    this.page.dock.setHeld(false);
  }

  stopMic(): void {
    this.dropTalk();
    this.microphone.stop();
    this.page.dock.setMic("off");
  }

  /** Stops her now, here and on the server. */
  interrupt(): void {
    const turn = this.player.currentTurn || this.turn;
    if (!this.responding && !this.player.speaking) return;
    this.client.cancelResponse();
    if (!turn) return;
    const heard = this.player.interrupt(turn);
    this.client.killTurn(turn);
    this.captions.cut(turn, heard, true);
    this.conversation.interrupted({ turn, item_id: "" }, this.captions.saidIn(turn));
  }

  /** The visitor has gone: session, resume token, words and consents with them. The stage stays for the next one. */
  end(): void {
    this.stopMic();
    clearInterval(this.countdown);
    this.client.close();
    this.newSession();
    this.conversation.clear();
    for (const part of [this.page.history, this.page.captions, this.page.dock]) part.clear();
    this.page.notices.hide();
    this.consents.forget();
    this.page.question.answer(null);
    this.started = this.wasConnected = false;
    this.setState("offline");
  }

  /** How fast she speaks, times the persona's own. */
  setSpeed(speed: number): void {
    this.speed = speed;
    if (this.client.connected) this.client.setSpeed(speed);
  }

  /** Ends the conversation and everything of it. */
  close(): void {
    this.stopMic();
    clearInterval(this.countdown);
    clearTimeout(this.ducking);
    this.line.close();
    this.page.label.close();
    this.client.close();
    this.player.close();
  }

  /** For the next connection. */
  private async renewToken(): Promise<void> {
    if (!this.options.token) return;
    try {
      setToken(await this.options.token());
      this.tokenAt = performance.now();
    } catch (error) {
      console.warn("Shuren: no token", error);
      tell(this.house, "error", { code: "token_missing", message: String(error) });
    }
  }

  private address(): string {
    const url = new URL("v1/realtime", this.base);
    url.protocol = url.protocol.replace("http", "ws");
    if (this.persona) url.searchParams.set("persona", this.persona.id);
    url.searchParams.set("language", this.page.currentLanguage);
    if (this.options.puppet) url.searchParams.set("mode", "puppet");
    return url.href;
  }

  private async loadPersonas(): Promise<void> {
    for (;;) {
      try {
        const all = await fetchPersonas(this.base);
        this.personas = this.options.fixedPersona ? all.filter(({ id }) => id === this.options.persona) : all;
        this.persona = this.personas.find(({ id }) => id === this.options.persona) ?? this.personas[0] ?? null;
        this.page.setPersonas(this.personas, this.persona);
        this.page.notices.hide("serverDown");
        if (this.options.persona && this.persona?.id !== this.options.persona) this.page.notices.show("errorPersona", {}, 8);
        return;
      } catch {
        this.countDown("serverDown", PERSONAS_RETRY_MS);
        await new Promise((resolve) => setTimeout(resolve, PERSONAS_RETRY_MS));
      }
    }
  }

  private choose(id: string): void {
    const persona = this.personas.find((candidate) => candidate.id === id);
    if (!persona || persona === this.persona) return;
    this.persona = persona;
    tell(this.house, "persona", { id });
    this.page.setPersonas(this.personas, persona);
    void this.figure.show(persona);
    if (this.started) this.client.connect();
  }

  private waitForGesture(): void {
    this.page.notices.show("noSound");
    onGesture(async () => {
      const sounds = await this.player.speaker.resume();
      if (sounds) this.page.notices.hide("noSound");
      return sounds;
    });
  }

  private onStatus(status: ConnectionStatus): void {
    clearInterval(this.countdown);
    if (status.kind === "connecting") this.newSession();
    if (status.kind === "waiting") {
      void this.renewToken();
      this.setState("offline");
      this.countDown(this.wasConnected ? "reconnecting" : "serverDown", status.retryInMs);
    }
  }

  private newSession(): void {
    this.toldReady = false;
    this.setState("connecting");
    this.player.reset();
    this.captions.clear();
    this.conversation.finishAnswers();
    this.microphone.restartClock();
    this.dropTalk();
    this.page.captions.showPartial("");
    this.turn = 0;
    this.responding = false;
  }

  private countDown(key: "reconnecting" | "serverDown", ms: number): void {
    const due = performance.now() + ms;
    const show = (): void => {
      const seconds = Math.ceil((due - performance.now()) / 1000);
      if (seconds > 0) this.page.notices.show(key, { seconds });
      else clearInterval(this.countdown);
    };
    clearInterval(this.countdown);
    this.countdown = setInterval(show, 1000);
    show();
  }

  private micLost(): void {
    this.dropTalk();
    this.page.dock.setMic("off");
    this.page.notices.show("micEnded", {}, 8);
  }

  private setState(state: UiState): void {
    if (state !== this.state) tell(this.house, "state", { state });
    this.state = state;
    this.page.status.set(state);
  }

  private onEvent(event: ServerEvent): void {
    const { conversation, player } = this;
    switch (event.type) {
      case "session.created":
        if (this.wasConnected) this.page.notices.show("reconnected", {}, 3);
        else this.page.notices.hide("serverDown", "errorCapacity");
        this.wasConnected = true;
        this.consents.begin(event.session?.shuren?.consent ?? []);
        void this.askConsents();
        this.client.configure(this.options);
        if (this.speed !== 1) this.client.setSpeed(this.speed);
        this.line.begin(false);
        return this.setState("idle");
      case "shuren.resumed":
        this.page.notices.show("reconnected", {}, 3);
        this.line.begin(true);
        return this.setState("idle");
      case "shuren.animation.header":
        return player.header(event);
      case "shuren.state":
        return this.onState(event.state, event.turn);
      case "input_audio_buffer.speech_started":
        return this.duck();
      case "input_audio_buffer.speech_stopped":
        return player.latency.asked("speech", this.microphone.spokenAt(event.audio_end_ms) ?? performance.now());
      case "conversation.item.input_audio_transcription.delta":
        return this.onPartial(event.item_id, event.delta, event.shuren?.text);
      case "conversation.item.input_audio_transcription.completed":
        return this.onTranscript(event.item_id, event.transcript);
      case "conversation.item.input_audio_transcription.failed":
        return this.onTranscript(event.item_id, "");
      case "response.created":
        this.responding = true;
        return;
      case "response.done":
        this.responding = false;
        return conversation.finishAnswers();
      case "shuren.sentence":
        this.turn = event.turn;
        player.latency.begun(event.turn);
        this.captions.addSentence(event);
        this.said(event);
        return conversation.sentence(event);
      case "shuren.caption":
        return this.captions.addWords(event);
      case "shuren.interrupted":
        return this.onInterrupted(event);
      case "shuren.card":
        return tell(this.house, "card", event.card);
      case "shuren.pong":
        return this.line.pong(event);
      case "shuren.timings":
        player.latency.timed(event);
        return this.page.latency.show(player.latency.turns.at(-1) ?? null);
      case "error":
        return this.onError(event);
    }
  }

  private async askConsents(): Promise<void> {
    if (this.microphone.active && !(await this.consents.request("mic_asr"))) this.stopMic();
    await this.consents.offer("store_transcript");
    await this.consents.offer("remember");
  }

  private onState(state: TurnState, turn: number): void {
    if (turn) this.turn = turn;
    this.setState(state);
  }

  private duck(): void {
    if (!this.player.speaking) return;
    clearTimeout(this.ducking);
    this.player.speaker.duck(true);
    this.ducking = setTimeout(() => this.player.speaker.duck(false), DUCK_MS);
  }

  private onPartial(item: string, delta: string, whole: string | undefined): void {
    if (whole === undefined) this.conversation.partialDelta(item, delta);
    else this.conversation.partial(item, whole);
    const message = this.conversation.messages.at(-1);
    this.page.captions.showPartial(message?.open && message.who === "person" ? message.text : "");
  }

  private onTranscript(item: string, text: string): void {
    this.conversation.heard(item, text);
    this.page.captions.showPartial("");
    if (text.trim()) tell(this.house, "heard", { text });
    if (text.trim()) this.player.latency.transcribed(performance.now());
    else this.player.latency.dismissed();
  }

  private onInterrupted(event: InterruptedEvent): void {
    clearTimeout(this.ducking);
    this.player.interrupt(event.turn, event.pts);
    this.captions.cut(event.turn, event.pts, event.final);
    if (!event.final) return;
    this.conversation.interrupted(event, this.captions.saidIn(event.turn));
    tell(this.house, "interrupted", { turn: event.turn });
  }

  private said({ text, source, citations, handoff }: SentenceEvent): void {
    tell(this.house, "sentence", { text, source, citations, handoff });
  }

  private onError({ error }: ErrorEvent): void {
    tell(this.house, "error", { code: error.code ?? "", message: error.message });
    if (error.code === "service_stopped") this.player.reset(); // not a sound more, also of what has come already
    if (error.code === "session_idle") return this.rest();
    this.page.notices.show(errorKey(error.code ?? ""), { message: error.message }, 8);
  }

  /** Nobody has spoken for long. To connect again would greet an empty room, so that waits for a touch or a key. */
  private rest(): void {
    if (this.options.waits) return this.end(); // whoever made it wait begins it anew
    this.client.close();
    this.newSession();
    this.setState("offline");
    this.page.notices.show("asleep");
    onGesture(() => {
      this.page.notices.hide("asleep");
      this.client.connect();
      return true;
    });
  }

  private tick(pts: number): void {
    const { page, player } = this;
    if (!this.toldReady && this.ready && this.persona) {
      this.toldReady = true;
      tell(this.house, "ready", { persona: this.persona.id });
    }
    page.captions.show(player.speaker.clock.anchored ? this.captions.at(pts) : null);
    const speaking = player.speaking;
    page.status.setLevel(speaking ? player.speaker.level() : this.microphone.level);
    page.portrait.speak(player.mouthOpen);
    page.dock.setLevel(this.microphone.level);
    page.dock.setInterruptible(speaking || this.responding);
  }
}
