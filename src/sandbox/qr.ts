import { create } from 'qrcode';
import type { Identifiers } from './identifiers.ts';
import { encodePng } from './png.ts';

const quietModules = 3;
const pixelsPerModule = 4;

/** A login code as WhatsApp hands them out, and its picture: a PNG data URL of the server's size and colours. */
export function makeQr(identifiers: Identifiers): { code: string; base64: string } {
  const part = (bytes: number) => identifiers.bytes(bytes).toString('base64');
  const code = `2@${part(60)},${part(32)},${part(32)},${part(32)}`;
  // A fixed mask: weighing all eight is most of the work and matters to bad cameras only.
  const { modules } = create(code, { errorCorrectionLevel: 'H', maskPattern: 2 });
  const isDark = (column: number, row: number) => {
    const [x, y] = [column - quietModules, row - quietModules];
    return x >= 0 && y >= 0 && x < modules.size && y < modules.size && modules.get(y, x) === 1;
  };
  const png = encodePng({
    modules: modules.size + 2 * quietModules,
    scale: pixelsPerModule,
    light: [255, 255, 255],
    dark: [25, 135, 84],
    isDark,
  });
  return { code, base64: `data:image/png;base64,${png.toString('base64')}` };
}
