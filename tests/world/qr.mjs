// qr.mjs: reads a QR code of versions 1 to 10 (ISO/IEC 18004) from its modules, as a phone does that holds still: a
// picture of our own has no error to correct, so the error codewords are left out. A wrong module is a wrong text.
const LEVELS = ['M', 'L', 'H', 'Q']; // as the format writes them: 00, 01, 10, 11
const ERROR_CODEWORDS = {
    L: [7, 10, 15, 20, 26, 18, 20, 24, 30, 18], M: [10, 16, 26, 18, 24, 16, 18, 22, 22, 26],
    Q: [13, 22, 18, 26, 18, 24, 18, 22, 20, 24], H: [17, 28, 22, 16, 22, 28, 26, 26, 24, 28],
};
const BLOCKS = {
    L: [1, 1, 1, 1, 1, 2, 2, 2, 2, 4], M: [1, 1, 1, 2, 2, 4, 4, 4, 5, 5],
    Q: [1, 1, 2, 2, 4, 4, 6, 6, 8, 8], H: [1, 1, 2, 4, 4, 4, 5, 6, 8, 8],
};
const ALIGNMENT = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];
const MASKS = [
    (y, x) => (y + x) % 2, (y) => y % 2, (y, x) => x % 3, (y, x) => (y + x) % 3,
    (y, x) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2, (y, x) => ((y * x) % 2) + ((y * x) % 3),
    (y, x) => (((y * x) % 2) + ((y * x) % 3)) % 2, (y, x) => (((y + x) % 2) + ((y * x) % 3)) % 2,
];

/** Modules that say how to read, and not what. */
function isFixed(size, version, y, x) {
    const inCorner = (x < 9 && y < 9) || (x >= size - 8 && y < 9) || (x < 9 && y >= size - 8);
    const inVersion = version >= 7 && ((y < 6 && x >= size - 11) || (x < 6 && y >= size - 11));
    if (inCorner || inVersion || x === 6 || y === 6) return true;
    const at = ALIGNMENT[version - 1];
    return at.some((cy) => at.some((cx) => {
        const onFinder = (cy === 6 && cx === 6) || (cy === 6 && cx === at.at(-1)) || (cy === at.at(-1) && cx === 6);
        return !onFinder && Math.abs(y - cy) <= 2 && Math.abs(x - cx) <= 2;
    }));
}

function formatOf(dark) {
    let bits = 0;
    for (const x of [0, 1, 2, 3, 4, 5, 7, 8]) bits = (bits << 1) | dark(8, x);
    for (const y of [7, 5, 4, 3, 2, 1, 0]) bits = (bits << 1) | dark(y, 8);
    bits = (bits ^ 0b101010000010010) >> 10;
    return { level: LEVELS[bits >> 3], mask: MASKS[bits & 7] };
}

/** Two columns at a time, up and down, from the right. */
function codewordsOf(size, version, dark, mask) {
    const bytes = [];
    let byte = 0;
    let held = 0;
    let up = true;
    for (let right = size - 1; right > 0; right -= 2, up = !up) {
        if (right === 6) right = 5;
        for (let i = 0; i < size; i++)
            for (const x of [right, right - 1]) {
                const y = up ? size - 1 - i : i;
                if (isFixed(size, version, y, x)) continue;
                byte = (byte << 1) | (dark(y, x) ^ Number(mask(y, x) === 0));
                if (++held % 8 === 0) {
                    bytes.push(byte);
                    byte = 0;
                }
            }
    }
    return bytes;
}

/** The data of blocks that were dealt out like cards; the last of them may be one longer. */
function dataOf(bytes, version, level) {
    const count = BLOCKS[level][version - 1];
    const total = bytes.length - ERROR_CODEWORDS[level][version - 1] * count;
    const short = Math.floor(total / count);
    const longs = total % count;
    const blocks = Array.from({ length: count }, () => []);
    let next = 0;
    for (let i = 0; i <= short; i++)
        for (let b = 0; b < count; b++) if (i < short || b >= count - longs) blocks[b].push(bytes[next++]);
    return blocks.flat();
}

/** rows: texts of '1' (dark) and '0'. The text that the code says; of bytes, which is what the product writes. */
export function readQr(rows) {
    const size = rows.length;
    const version = (size - 17) / 4;
    if (!Number.isInteger(version) || version < 1 || version > 10) throw new Error(`no code of ${size} modules is read here`);
    const dark = (y, x) => Number(rows[y][x]);
    const { level, mask } = formatOf(dark);
    const bits = dataOf(codewordsOf(size, version, dark, mask), version, level).map((b) => b.toString(2).padStart(8, '0')).join('');
    let at = 0;
    const take = (n) => parseInt(bits.slice(at, (at += n)), 2);
    const parts = [];
    while (bits.length - at >= 4) {
        const mode = take(4);
        if (mode === 0) break;
        if (mode !== 4) throw new Error(`mode ${mode} is not read here: the product writes bytes`);
        const n = take(version < 10 ? 8 : 16);
        parts.push(Buffer.from(Array.from({ length: n }, () => take(8))));
    }
    return Buffer.concat(parts).toString('utf8');
}
