/** The stage: camera, light, avatar. Draws a pose; knows nothing of time or of the network. */

import {
  ACESFilmicToneMapping, CanvasTexture, DirectionalLight, Euler, HemisphereLight, Mesh, PCFShadowMap, PerspectiveCamera, PMREMGenerator,
  Scene, SRGBColorSpace, Vector3, WebGLRenderer,
} from "three";
import { RoomEnvironment } from "three/addons/environments/RoomEnvironment.js";
import type { Pose } from "../net/codec";
import { loadAvatar, type Avatar, type MorphMode } from "./avatar";
import { paintBackdrop, type BackdropName } from "./backdrops";
import { cheapen } from "./cheap";
import { smoothCutOut } from "./cutout";
import { DEFAULT_NAMES, type ChannelNames } from "./names";
import { isSoftwareRenderer, Quality } from "./quality";
import { CHEST_UP, type View } from "./views";

/** The camera walks round a point within the head, this far behind the eyes (metres). */
const EYES_BEFORE_PIVOT = 0.08;

/** Fewer pixels than this look broken, however slow the machine is. */
const LEAST_PIXELS = 220_000;

/** Parts of the stage covered by controls, CSS pixels: the face is centred in what is free. */
export interface Insets {
  top: number;
  bottom: number;
}

/** Where the eyes are, pixels from the top, and how many of her metres a pixel shows. */
interface Aim {
  eyeLine: number;
  perPixel: number;
}

/** Seconds in which the camera covers most of its way to a new framing. */
const DOLLY = 0.35;

export interface StageOptions {
  morph: MorphMode | null;
  fullLooks: boolean;
  /** Nothing stands behind her: the page shows through, for streams. */
  transparent?: boolean;
}

export class Stage {
  readonly software: boolean;
  private readonly fullLooks: boolean;
  private readonly transparent: boolean;
  readonly morph: MorphMode;
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(CHEST_UP.lens, 1, 0.1, 30);
  private readonly quality: Quality;
  private names: ChannelNames = DEFAULT_NAMES;
  private avatar: Avatar | null = null;
  private insets: Insets = { top: 0, bottom: 0 };
  private view = CHEST_UP;
  private goal: Aim | null = null;
  private aim: Aim | null = null;
  private readonly still = matchMedia("(prefers-reduced-motion: reduce)");
  private readonly backdrop = document.createElement("canvas");
  private backdropName: BackdropName = "branch";

  /** Throws when the browser has no WebGL 2. */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    options: StageOptions,
  ) {
    this.fullLooks = options.fullLooks;
    this.transparent = options.transparent ?? false;
    this.software = !options.fullLooks && isSoftwareRenderer(rendererName());
    this.morph = options.morph ?? (this.software ? "cpu" : "gpu");
    // Opaque: blending a see-through canvas over the page costs a machine without a GPU more than drawing her.
    this.renderer = new WebGLRenderer({ canvas, alpha: this.transparent, antialias: !this.software, powerPreference: "high-performance" });
    this.renderer.toneMapping = ACESFilmicToneMapping;
    this.renderer.toneMappingExposure = 0.95;
    const dense = Math.min(2, window.devicePixelRatio || 1);
    this.quality = this.software ? new Quality(1, 1 / 20, 0.7) : new Quality(dense, 1 / 45);
    this.light();
    new ResizeObserver(() => this.resize()).observe(canvas.parentElement ?? canvas);
  }

  get loaded(): boolean {
    return this.avatar !== null;
  }

  get triangles(): number {
    return this.avatar?.triangles ?? 0;
  }

  get pixelRatio(): number {
    return this.quality.pixelRatio;
  }

  /** Brings an avatar on stage in place of the one before. Throws when it cannot be loaded. */
  async load(url: string, onProgress: (part: number) => void): Promise<void> {
    const avatar = await loadAvatar(url, this.morph, onProgress);
    if (this.avatar) this.scene.remove(this.avatar.root);
    this.avatar = avatar;
    avatar.setNames(this.names);
    avatar.root.traverse((node) => {
      if (!(node instanceof Mesh)) return;
      if (this.software) return cheapen(node);
      smoothCutOut(node);
      node.castShadow = node.receiveShadow = true;
    });
    this.scene.add(avatar.root);
    this.resize();
  }

  /** Gives the graphics memory back. */
  close(): void {
    this.scene.traverse((node) => {
      if (!(node instanceof Mesh)) return;
      node.geometry.dispose();
      for (const material of [node.material].flat()) material.dispose();
    });
    this.renderer.dispose();
    this.renderer.forceContextLoss();
  }

  setNames(names: ChannelNames): void {
    this.names = names;
    this.avatar?.setNames(names);
  }

  setInsets(insets: Insets): void {
    this.insets = insets;
    this.resize();
  }

  /** Looks at her from elsewhere, at once. */
  setView(view: View): void {
    this.view = view;
    this.aim = null;
    this.resize();
  }

  setBackdrop(name: BackdropName): void {
    if (name === this.backdropName) return;
    this.backdropName = name;
    this.paintBackdrop(this.backdrop.width, this.backdrop.height);
  }

  /** Draws one frame. `seconds`: time since the last one drawn; `judge`: whether that tells how fast the machine is. */
  draw(pose: Pose, seconds: number, judge: boolean): void {
    this.avatar?.apply(pose);
    if (judge && this.quality.frame(seconds)) this.resize();
    this.dolly(seconds);
    this.renderer.render(this.scene, this.camera);
  }

  private light(): void {
    const key = lamp("#fff1e0", this.software ? 2.5 : 2.0, -0.9, 1.0, 1.6);
    const fill = lamp("#e4f0ff", 0.55, 1.4, 0.1, 1.2);
    const rim = lamp("#fff6ea", 1.9, 1.0, 0.9, -1.5);
    const around = new HemisphereLight("#f3f7f6", "#8a7a6c", this.software ? 1.9 : 0.45);
    this.scene.add(key, key.target, fill, fill.target, rim, rim.target, around);
    if (this.software) return; // neither reflections nor shadows
    const generator = new PMREMGenerator(this.renderer);
    this.scene.environment = generator.fromScene(new RoomEnvironment(), 0.04).texture;
    this.scene.environmentIntensity = 0.42;
    generator.dispose();
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = PCFShadowMap;
    key.castShadow = true;
    key.shadow.mapSize.set(1024, 1024);
    key.shadow.radius = 6;
    key.shadow.bias = -0.0004;
    key.shadow.normalBias = 0.006;
    Object.assign(key.shadow.camera, { left: -0.5, right: 0.5, top: 0.5, bottom: -0.5, near: 0.3, far: 5 });
  }

  private resize(): void {
    const box = (this.canvas.parentElement ?? this.canvas).getBoundingClientRect();
    const [width, height] = [Math.max(1, Math.round(box.width)), Math.max(1, Math.round(box.height))];
    this.quality.least = this.fullLooks ? 1 : Math.min(1, Math.sqrt(LEAST_PIXELS / (width * height)));
    this.renderer.setPixelRatio(this.quality.pixelRatio);
    this.renderer.setSize(width, height, false);
    if (this.backdrop.width !== width || this.backdrop.height !== height) this.paintBackdrop(width, height);
    this.frame(width, height);
  }

  private paintBackdrop(width: number, height: number): void {
    if (this.transparent) return;
    paintBackdrop(this.backdropName, this.backdrop, width, height);
    const old = this.scene.background;
    this.scene.background = new CanvasTexture(this.backdrop);
    this.scene.background.colorSpace = SRGBColorSpace;
    if (old instanceof CanvasTexture) old.dispose();
  }

  /** The view's height fills what the controls leave free; its width stays inside on narrow screens. */
  private frame(width: number, height: number): void {
    this.camera.aspect = width / height;
    const { above, below, halfWidth } = this.view;
    const free = Math.max(0.3 * height, height - this.insets.top - this.insets.bottom);
    const perPixel = Math.max((above + below) / free, (2 * halfWidth) / width);
    const eyeLine = this.insets.top + (free * above) / (above + below);
    this.goal = { eyeLine, perPixel };
    this.aimLights();
  }

  /** Moves the camera towards its goal; the first framing of an avatar is taken at once. */
  private dolly(seconds: number): void {
    const { goal, avatar, canvas } = this;
    if (!goal || !avatar) return;
    const part = this.aim && !this.still.matches ? 1 - Math.exp(-seconds / DOLLY) : 1;
    const start = this.aim ?? goal;
    const eyeLine = start.eyeLine + (goal.eyeLine - start.eyeLine) * part;
    const perPixel = start.perPixel + (goal.perPixel - start.perPixel) * part;
    this.aim = { eyeLine, perPixel };
    const height = canvas.clientHeight;
    const scale = perPixel * avatar.metre;
    const distance = (scale * height) / 2 / Math.tan((this.view.lens * Math.PI) / 360);
    const centre = new Vector3(avatar.eyes.x, avatar.eyes.y - (height / 2 - eyeLine) * scale, avatar.eyes.z);
    const pivot = centre.clone().setZ(centre.z - EYES_BEFORE_PIVOT * avatar.metre);
    const walk = new Euler((-this.view.pitch * Math.PI) / 180, (this.view.yaw * Math.PI) / 180, 0, "YXZ");
    const from = new Vector3(centre.x, centre.y + 0.02 * avatar.metre, centre.z + distance);
    this.camera.position.copy(from).sub(pivot).applyEuler(walk).add(pivot);
    this.camera.lookAt(centre.sub(pivot).applyEuler(walk).add(pivot));
    this.camera.fov = this.view.lens;
    this.camera.near = distance / 4;
    this.camera.far = distance * 4;
    this.camera.updateProjectionMatrix();
  }

  private aimLights(): void {
    const { avatar } = this;
    if (!avatar) return;
    this.scene.traverse((node) => {
      if (node instanceof DirectionalLight) aim(node, avatar.eyes, avatar.metre);
    });
  }
}

function lamp(color: string, intensity: number, x: number, y: number, z: number): DirectionalLight {
  const light = new DirectionalLight(color, intensity);
  light.userData.from = new Vector3(x, y, z);
  return light;
}

/** Lamps stand where they do relative to the face. */
function aim(light: DirectionalLight, eyes: Vector3, metre: number): void {
  light.target.position.copy(eyes).y -= 0.1 * metre;
  light.position.copy(light.target.position).addScaledVector(light.userData.from as Vector3, metre);
  light.target.updateMatrixWorld();
}

/** The graphics driver's name, asked on a canvas of its own because it decides how the real one is made. */
function rendererName(): string {
  const context = document.createElement("canvas").getContext("webgl2");
  if (!context) throw new Error("WebGL 2 is not available");
  const info = context.getExtension("WEBGL_debug_renderer_info");
  const name = String(context.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : context.RENDERER));
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return name;
}
