/** The AI label burnt into a picture, in the page's look. */

const FONT = '"Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif';
/** Height of the letters as a part of the shorter side: labelling rules ask for at least 5 % (GB 45438-2025). */
const LETTERS = 0.052;
const [INK, PAPER, JADE] = ["#14231f", "rgb(251 252 251 / 0.94)", "#0d6b5c"];

export function paintLabel(context: CanvasRenderingContext2D, text: string): void {
  const { width, height } = context.canvas;
  const short = Math.min(width, height);
  const letters = Math.ceil(LETTERS * short);
  context.font = `600 ${letters}px ${FONT}`;
  context.textBaseline = "middle";
  const [margin, pad] = [Math.round(0.03 * short), Math.round(0.5 * letters)];
  const box = { x: margin, y: margin, width: context.measureText(text).width + 2.4 * pad, height: 1.7 * letters };
  context.fillStyle = PAPER;
  context.beginPath();
  context.roundRect(box.x, box.y, box.width, box.height, 0.4 * letters);
  context.fill();
  context.fillStyle = JADE;
  context.beginPath();
  context.roundRect(box.x, box.y, 0.22 * letters, box.height, [0.4 * letters, 0, 0, 0.4 * letters]);
  context.fill();
  context.fillStyle = INK;
  context.fillText(text, box.x + 1.2 * pad, box.y + box.height / 2);
}
