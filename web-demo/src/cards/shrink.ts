/** Makes a picture small enough to be sent, on the visitor's own machine: its pixels alone, upright, as a JPEG. */

const SIDES = [1600, 1200, 800]; // pixels of the longer side, tried from the largest
const QUALITY = 0.85;

/** At most `most` bytes if that can be done at a size one still sees something at. Rejects what is no picture. */
export async function smaller(file: Blob, most: number): Promise<Blob> {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    let blob = await drawn(picture, SIDES[0]!);
    for (const side of SIDES.slice(1)) {
      if (blob.size <= most) break;
      blob = await drawn(picture, side);
    }
    return blob;
  } finally {
    picture.close();
  }
}

export function asDataUrl(blob: Blob): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => failed(reader.error ?? new Error("unreadable"));
    reader.readAsDataURL(blob);
  });
}

async function drawn(picture: ImageBitmap, side: number): Promise<Blob> {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const paint = canvas.getContext("2d");
  if (!paint) throw new Error("no canvas");
  paint.fillStyle = "#fff"; // behind what is transparent
  paint.fillRect(0, 0, canvas.width, canvas.height);
  paint.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done, failed) =>
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture"))), "image/jpeg", QUALITY),
  );
}
