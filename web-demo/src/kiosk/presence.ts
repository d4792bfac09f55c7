/** Looks through the device's camera whether somebody is there, with MediaPipe in this page. What is seen stays in this
 * function: one picture at a time is read by the detector, and only how many faces there are and which way they look
 * comes out. */

import type { FaceDetector } from "@mediapipe/tasks-vision";
import wasmLoaderPath from "@mediapipe/tasks-vision/vision_wasm_internal.js?url";
import wasmBinaryPath from "@mediapipe/tasks-vision/vision_wasm_internal.wasm?url";
import { Attention, type Face } from "./attention";

/** A look takes a few per cent of one core at this pace. */
const EVERY_MS = 400;
const CAMERA = { width: { ideal: 320 }, height: { ideal: 240 }, frameRate: { ideal: 10 }, facingMode: "user" };

export class Presence {
  readonly attention = new Attention();
  private readonly video = document.createElement("video");
  private detector: FaceDetector | null = null;
  private stream: MediaStream | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `changed` is called after each look. */
  constructor(
    private readonly base: string,
    private readonly changed: () => void,
    private readonly lost: (error: unknown) => void,
  ) {}

  get watching(): boolean {
    return this.stream !== null;
  }

  /** Opens the camera. Throws where there is none, or the detector cannot be had. */
  async start(): Promise<void> {
    if (this.stream) return;
    const { FaceDetector } = await import("@mediapipe/tasks-vision");
    const modelAssetPath = new URL("kiosk/face_detector.tflite", this.base).href;
    const options = { baseOptions: { modelAssetPath, delegate: "CPU" as const }, runningMode: "VIDEO" as const, minDetectionConfidence: 0.6 };
    this.detector = await FaceDetector.createFromOptions({ wasmLoaderPath, wasmBinaryPath }, options);
    this.stream = await navigator.mediaDevices.getUserMedia({ video: CAMERA, audio: false });
    for (const track of this.stream.getTracks()) track.onended = () => this.fail(new Error("the camera has gone"));
    Object.assign(this.video, { srcObject: this.stream, muted: true, playsInline: true });
    await this.video.play();
    this.look();
  }

  stop(): void {
    clearTimeout(this.timer);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.video.srcObject = null;
    this.detector?.close();
    this.stream = this.detector = null;
    this.attention.look([], performance.now() / 1000);
  }

  private look(): void {
    const { detector, video } = this;
    if (!detector) return;
    try {
      const now = performance.now();
      const faces = video.videoWidth ? detector.detectForVideo(video, now).detections.map((found) => face(found, video.videoWidth)) : [];
      this.attention.look(faces, now / 1000);
      this.changed();
      this.timer = setTimeout(() => this.look(), EVERY_MS);
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    this.stop();
    this.lost(error);
  }
}

type Found = ReturnType<FaceDetector["detectForVideo"]>["detections"][number];

function face({ boundingBox, keypoints }: Found, width: number): Face {
  return { width: (boundingBox?.width ?? 0) / width, points: keypoints };
}
