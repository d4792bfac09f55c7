/** Reads the streamer's face with MediaPipe in this page. Pictures stay in this file: one at a time is read by the
 * landmarker, and only its numbers come out: scores of ARKit shapes and the head's matrix. */

import type { FaceLandmarker } from "@mediapipe/tasks-vision";
import wasmLoaderPath from "@mediapipe/tasks-vision/vision_wasm_internal.js?url";
import wasmBinaryPath from "@mediapipe/tasks-vision/vision_wasm_internal.wasm?url";

const CAMERA = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 30 }, facingMode: "user" };

export interface Reading {
  /** Seconds of the camera's clock. */
  at: number;
  names: string[];
  scores: number[];
  /** The head's 4 × 4, column by column. */
  matrix: number[];
}

/** Opens the camera and calls `read` for each picture with a face. Throws where there is no camera or no model. */
export class FaceCamera {
  private readonly video = document.createElement("video");
  private landmarker: FaceLandmarker | null = null;
  private stream: MediaStream | null = null;
  private asked = 0;

  constructor(
    private readonly base: string,
    private readonly read: (reading: Reading) => void,
    private readonly lost: (error: unknown) => void,
  ) {}

  async start(): Promise<void> {
    this.stream = await navigator.mediaDevices.getUserMedia({ video: CAMERA, audio: false });
    try {
      const { FaceLandmarker } = await import("@mediapipe/tasks-vision");
      const modelAssetPath = new URL("studio/face_landmarker.task", this.base).href;
      this.landmarker = await FaceLandmarker.createFromOptions(
        { wasmLoaderPath, wasmBinaryPath },
        { baseOptions: { modelAssetPath, delegate: "CPU" }, runningMode: "VIDEO", outputFaceBlendshapes: true, outputFacialTransformationMatrixes: true },
      );
      for (const track of this.stream.getTracks()) track.onended = () => this.fail(new Error("the camera has gone"));
      Object.assign(this.video, { srcObject: this.stream, muted: true, playsInline: true });
      await this.video.play();
    } catch (error) {
      this.stop();
      throw error;
    }
    this.next();
  }

  stop(): void {
    this.video.cancelVideoFrameCallback(this.asked);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.video.srcObject = null;
    this.landmarker?.close();
    this.stream = this.landmarker = null;
  }

  private next(): void {
    this.asked = this.video.requestVideoFrameCallback((now) => this.look(now));
  }

  private look(now: number): void {
    if (!this.landmarker) return;
    try {
      const { faceBlendshapes, facialTransformationMatrixes } = this.landmarker.detectForVideo(this.video, now);
      const [face] = faceBlendshapes;
      const [turn] = facialTransformationMatrixes;
      if (face && turn) {
        const names = face.categories.map(({ categoryName }) => categoryName);
        const scores = face.categories.map(({ score }) => Math.round(score * 1e4) / 1e4);
        this.read({ at: now / 1000, names, scores, matrix: turn.data.map((value) => Math.round(value * 1e5) / 1e5) });
      }
      this.next();
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    this.stop();
    this.lost(error);
  }
}
