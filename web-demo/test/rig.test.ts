import { afterEach, describe, expect, it, vi } from "vitest";
import { Bone, BufferAttribute, BufferGeometry, Mesh, Object3D, Quaternion, Vector3 } from "three";
import { JOINTS_AT } from "../src/net/codec";
import { Avatar } from "../src/stage/avatar";
import { DEFAULT_NAMES } from "../src/stage/names";
import { fetchRig, jointOf, type Rig } from "../src/stage/rig";
import { restPose } from "../src/stage/timeline";

const about = (axis: [number, number, number], angle: number): Quaternion =>
  new Quaternion().setFromAxisAngle(new Vector3(...axis), angle);

/** An arm stretched out to the left, its bones' own x axis along it turned by `roll`, as makers like to have them. */
function arm(roll: number): { root: Object3D; hand: Object3D; elbow: Object3D } {
  const [root, upper, elbow, hand] = [new Object3D(), new Bone(), new Bone(), new Bone()];
  [upper.name, elbow.name, hand.name] = ["mixamorig:LeftArm", "LeftForeArm", "leftHand"];
  upper.quaternion.copy(about([1, 0, 0], roll));
  upper.position.set(0.15, 1.3, 0);
  elbow.position.set(0.3, 0, 0);
  hand.position.set(0.25, 0, 0);
  root.add(upper.add(elbow.add(hand)));
  root.updateMatrixWorld(true);
  return { root, hand, elbow };
}

const hang = about([0, 0, 1], -Math.PI / 2).toArray() as [number, number, number, number];
const RIG: Rig = {
  nodes: { leftUpperArm: "mixamorig:LeftArm", leftLowerArm: "LeftForeArm" },
  ease: { leftUpperArm: hang, leftLowerArm: hang, leftHand: hang },
};

describe("joints of other makers", () => {
  it.each([0, 0.7, -2.1])("stand at ease and bend in the world's axes, however their own lie (%f)", (roll) => {
    const { root, hand, elbow } = arm(roll);
    const [upper, lower] = ["leftUpperArm", "leftLowerArm"].map((name) => jointOf(root, RIG, name)!);
    upper!.turn(new Quaternion());
    lower!.turn(new Quaternion());
    root.updateMatrixWorld(true);
    const close = (got: Vector3, want: [number, number, number]): void =>
      expect(got.distanceTo(new Vector3(...want))).toBeLessThan(1e-6);
    close(elbow.getWorldPosition(new Vector3()), [0.15, 1.0, 0]);
    close(hand.getWorldPosition(new Vector3()), [0.15, 0.75, 0]);
    lower!.turn(about([1, 0, 0], -Math.PI / 2)); // the forearm comes forward
    root.updateMatrixWorld(true);
    close(hand.getWorldPosition(new Vector3()), [0.15, 1.0, 0.25]);
  });

  it("that look the other way are turned round with their model", () => {
    const { root, hand } = arm(0);
    root.rotateY(Math.PI);
    const made = new Avatar(root, "cpu", { ...RIG, faces: "-z" }); // turned back by the rig
    made.apply(restPose());
    root.updateMatrixWorld(true);
    expect(hand.getWorldPosition(new Vector3()).distanceTo(new Vector3(0.15, 0.75, 0))).toBeLessThan(1e-6);
    const pose = restPose();
    pose.set(about([1, 0, 0], -Math.PI / 2).toArray(), JOINTS_AT + 4 * DEFAULT_NAMES.joints.indexOf("leftUpperArm"));
    made.apply(pose);
    root.updateMatrixWorld(true);
    expect(hand.getWorldPosition(new Vector3()).distanceTo(new Vector3(0.15, 1.3, 0.55))).toBeLessThan(1e-6);
  });
});

describe("shapes of other makers", () => {
  it("are driven by the wire's channels with the factors of the rig", () => {
    const geometry = new BufferGeometry().setAttribute("position", new BufferAttribute(new Float32Array(9), 3));
    const target = (): BufferAttribute => new BufferAttribute(new Float32Array(9), 3);
    geometry.morphAttributes.position = [target(), target()];
    const mesh = new Mesh(geometry);
    mesh.morphTargetDictionary = { Fcl_A: 0, Fcl_U: 1 };
    const avatar = new Avatar(new Object3D().add(mesh), "gpu", {
      morphs: { jawOpen: { Fcl_A: 2 }, mouthClose: { Fcl_A: -2 }, mouthPucker: { Fcl_U: 1 } },
    });
    const pose = restPose();
    const set = (name: string, value: number): void => void (pose[DEFAULT_NAMES.shapes.indexOf(name)] = value);
    set("jawOpen", 0.3);
    set("mouthClose", 0.1);
    set("mouthPucker", 0.5);
    avatar.apply(pose);
    expect(mesh.morphTargetInfluences![0]).toBeCloseTo(0.4, 6);
    expect(mesh.morphTargetInfluences![1]).toBeCloseTo(0.5, 6);
    set("jawOpen", 0.1);
    avatar.apply(pose);
    expect(mesh.morphTargetInfluences![0]).toBeCloseTo(0, 6);
  });
});

describe("rig.json", () => {
  afterEach(() => vi.unstubAllGlobals());

  const answer = async (body: string, status = 200): Promise<Rig> => {
    const asked = vi.fn(async (_url: string) => new Response(body, { status }));
    vi.stubGlobal("fetch", asked);
    const rig = await fetchRig("/avatars/lin/avatar.low.glb");
    expect(asked).toHaveBeenCalledWith("/avatars/lin/rig.json");
    return rig;
  };

  it("is read from beside the model", async () => {
    expect(await answer('{"name": "lin", "faces": "-z"}')).toMatchObject({ faces: "-z" });
  });

  it("is empty where the file is missing or broken", async () => {
    expect(await answer("", 404)).toEqual({});
    expect(await answer("{")).toEqual({});
    vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("no network")));
    expect(await fetchRig("/avatars/lin/avatar.glb")).toEqual({});
  });
});
