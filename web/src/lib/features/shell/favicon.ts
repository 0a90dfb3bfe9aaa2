/** The page's icon with a number on it, drawn here and shown as a `blob:` (the policy admits these for pictures). */

const PLAIN = '/icon.svg';
const SIZE = 64;

let drawn = '';
/** By text, of which there are eleven. The browser fetches an icon when it likes: none is taken back. */
const addresses = new Map<string, string>();

/** Shows `text` on the icon (`3`, `9+`, a dot for `•`); nothing for an empty one. */
export async function setIcon(text: string): Promise<void> {
  const link = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  if (link === null || drawn === text) return;
  drawn = text;
  const address = text === '' ? null : await addressOf(text);
  if (drawn !== text) return;
  link.type = address === null ? 'image/svg+xml' : 'image/png';
  link.href = address ?? PLAIN;
}

async function addressOf(text: string): Promise<string | null> {
  if (!addresses.has(text)) {
    const made = await picture(text).catch(() => null);
    if (made === null) return null;
    addresses.set(text, URL.createObjectURL(made));
  }
  return addresses.get(text) ?? null;
}

async function picture(text: string): Promise<Blob | null> {
  const canvas = Object.assign(document.createElement('canvas'), { width: SIZE, height: SIZE });
  const pen = canvas.getContext('2d');
  if (pen === null) return null;
  const icon = Object.assign(new Image(SIZE, SIZE), { src: PLAIN });
  await icon.decode();
  pen.drawImage(icon, 0, 0, SIZE, SIZE);
  mark(pen, text);
  return new Promise((done) => canvas.toBlob(done));
}

function mark(pen: CanvasRenderingContext2D, text: string): void {
  const dot = text === '•';
  const radius = dot ? 12 : 20;
  pen.fillStyle = dot ? '#ffffff' : '#c92a2a';
  pen.beginPath();
  pen.arc(SIZE - radius, SIZE - radius, radius, 0, 2 * Math.PI);
  pen.fill();
  if (dot) return;
  pen.fillStyle = '#ffffff';
  pen.font = `700 ${text.length > 1 ? 24 : 30}px system-ui, sans-serif`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(text, SIZE - radius, SIZE - radius + 2);
}
