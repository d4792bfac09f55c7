/** The stage: camera, light, avatar. Draws a pose; knows nothing of time or of the network. */

import {
  ACESFilmicToneMapping, DirectionalLight, HemisphereLight, Mesh, PCFSoftShadowMap, PerspectiveCamera, PMREMGenerator,
  Scene, Vector3, WebGLRenderer,
} from "three";
import { RoomEnvironment } from "three/addons/environments/RoomEnvironment.js";
import type { Pose } from "../net/codec";
import { loadAvatar, type Avatar, type MorphMode } from "./avatar";
import { drawBackdrop } from "./backdrop";
import { DEFAULT_NAMES, type ChannelNames } from "./names";
import { isSoftwareRenderer, Quality } from "./quality";

/** A long lens flatters: at 22° the nose does not grow. */
const FIELD_OF_VIEW = 22;
/** What the picture must hold around the eyes, metres: crown and some air above, half the chest below, the shoulders. */
const ABOVE_EYES = 0.175;
const BELOW_EYES = 0.35;
const HALF_WIDTH = 0.23;

/** Parts of the stage covered by controls, CSS pixels: the face is centred in what is free. */
export interface Insets {
  top: number;
  bottom: number;
}

export interface StageOptions {
  morph: MorphMode | null;
}

export class Stage {
  readonly software: boolean;
  readonly morph: MorphMode;
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(FIELD_OF_VIEW, 1, 0.1, 30);
  private readonly quality: Quality;
  private names: ChannelNames = DEFAULT_NAMES;
  private avatar: Avatar | null = null;
  private insets: Insets = { top: 0, bottom: 0 };

  /** Throws when the browser has no WebGL 2. */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly backdrop: HTMLCanvasElement,
    options: StageOptions,
  ) {
    this.software = isSoftwareRenderer(rendererName());
    this.morph = options.morph ?? (this.software ? "cpu" : "gpu");
    this.renderer = new WebGLRenderer({ canvas, alpha: true, antialias: !this.software, powerPreference: "high-performance" });
    this.renderer.toneMapping = ACESFilmicToneMapping;
    this.renderer.toneMappingExposure = 0.95;
    const dense = Math.min(2, window.devicePixelRatio || 1);
    this.quality = this.software ? new Quality(1, 0.4, 1 / 24, 0.65) : new Quality(dense, 0.6, 1 / 45);
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
    if (!this.software) shadows(avatar);
    this.scene.add(avatar.root);
    this.resize();
  }

  setNames(names: ChannelNames): void {
    this.names = names;
    this.avatar?.setNames(names);
  }

  setInsets(insets: Insets): void {
    this.insets = insets;
    this.resize();
  }

  /** Draws one frame. `seconds`: time since the last one drawn. */
  draw(pose: Pose, seconds: number): void {
    this.avatar?.apply(pose);
    if (this.quality.frame(seconds)) this.resize();
    this.renderer.render(this.scene, this.camera);
  }

  private light(): void {
    const generator = new PMREMGenerator(this.renderer);
    this.scene.environment = generator.fromScene(new RoomEnvironment(), 0.04).texture;
    this.scene.environmentIntensity = 0.42;
    generator.dispose();
    const key = lamp("#fff1e0", 2.0, -0.9, 1.0, 1.6);
    const fill = lamp("#e4f0ff", 0.55, 1.4, 0.1, 1.2);
    const rim = lamp("#fff6ea", 1.9, 1.0, 0.9, -1.5);
    this.scene.add(key, key.target, fill, fill.target, rim, rim.target, new HemisphereLight("#f3f7f6", "#8a7a6c", 0.45));
    if (this.software) return;
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = PCFSoftShadowMap;
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
    this.renderer.setPixelRatio(this.quality.pixelRatio);
    this.renderer.setSize(width, height, false);
    if (this.backdrop.width !== width || this.backdrop.height !== height) drawBackdrop(this.backdrop, width, height);
    this.frame(width, height);
  }

  /** Chest-up, eyes above the middle of what the controls leave free, shoulders inside on narrow screens. */
  private frame(width: number, height: number): void {
    if (!this.avatar) return;
    const { eyes, metre } = this.avatar;
    const free = Math.max(0.4 * height, height - this.insets.top - this.insets.bottom);
    const perPixel = Math.max((ABOVE_EYES + BELOW_EYES) / free, (2 * HALF_WIDTH) / width) * metre;
    const eyeLine = this.insets.top + (free * ABOVE_EYES) / (ABOVE_EYES + BELOW_EYES);
    const span = perPixel * height;
    const distance = span / 2 / Math.tan((FIELD_OF_VIEW * Math.PI) / 360);
    const centre = new Vector3(eyes.x, eyes.y - (height / 2 - eyeLine) * perPixel, eyes.z);
    this.camera.aspect = width / height;
    this.camera.position.set(centre.x, centre.y + 0.02 * metre, centre.z + distance);
    this.camera.lookAt(centre);
    this.camera.near = distance / 4;
    this.camera.far = distance * 4;
    this.camera.updateProjectionMatrix();
    this.scene.traverse((node) => {
      if (node instanceof DirectionalLight) aim(node, eyes, metre);
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

function shadows(avatar: Avatar): void {
  avatar.root.traverse((node) => {
    if (node instanceof Mesh) node.castShadow = node.receiveShadow = true;
  });
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
