// drawings.mjs: a small picture of each product, drawn by us: two or three shapes in one colour on a pale ground. They are
// files of their own at /img/ID.svg, because that is what a shop's feed names, and what a chat shows beside a product.

const p = (d) => `<path d="${d}"/>`;
const c = (x, y, r) => `<circle cx="${x}" cy="${y}" r="${r}"/>`;
const r = (x, y, w, h, round = 3) => `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${round}"/>`;
/** In the lighter tone. */
const light = (shapes) => `<g fill-opacity=".35">${shapes}</g>`;
const line = (d, w = 5) => `<path d="${d}" fill="none" stroke="currentColor" stroke-width="${w}" stroke-linecap="round"/>`;

/** id: [hue, shapes] on a square of 120. */
const DRAWN = {
    kettle: [215, p('M35 95 40 55h40l5 40z') + line('M42 55q18-40 36 0') + line('M84 66l16-10') + c(60, 50, 4)],
    teapot: [160, light(c(58, 72, 28)) + line('M34 60a28 28 0 1 0 48 0z') + line('M86 72l16-14') + line('M31 62q-18 8 2 22') + c(58, 40, 5)],
    mug: [30, r(34, 42, 42, 50, 6) + line('M76 54q20 0 18 13t-18 13')],
    skillet: [220, c(48, 66, 30) + r(74, 60, 38, 11, 5) + `<g fill="#fff" fill-opacity=".35">${c(48, 66, 22)}</g>`],
    knife: [25, light(p('M16 66h60V46Q40 48 16 66z')) + r(76, 48, 32, 14, 5)],
    board: [40, light(r(30, 26, 60, 76, 8)) + line('M40 44v46') + line('M60 44v46') + c(60, 34, 4)],
    bottle: [200, r(46, 40, 28, 62, 8) + light(r(50, 22, 20, 16, 4))],
    lunchbox: [130, light(r(22, 44, 76, 12, 4)) + r(26, 58, 68, 32, 6)],
    grinder: [20, r(42, 50, 36, 52, 6) + light(p('M38 50 48 34h24l10 16z')) + line('M60 34V22h26') + c(88, 22, 5)],
    dripper: [10, p('M30 36h60L68 74H52z') + light(r(38, 78, 44, 26, 8)) + line('M24 36h72')],
    oolong: [95, light(r(36, 34, 48, 66, 6)) + p('M60 88q-24-20 0-42 24 22 0 42z')],
    greentea: [120, light(r(36, 34, 48, 66, 6)) + p('M44 80q2-30 34-32-2 32-34 32z')],
    coffee: [18, light(p('M36 100 40 34h40l4 66z')) + c(60, 68, 15) + `<path d="M52 58q14 8 8 22" fill="none" stroke="#fff" stroke-width="3"/>`],
    honey: [42, r(38, 46, 44, 54, 10) + light(r(42, 32, 36, 12, 4)) + `<path d="M50 66h20l5 9-5 9H50l-5-9z" fill="#fff" fill-opacity=".6"/>`],
    oliveoil: [75, p('M50 100V56q6-6 6-16V24h8v16q0 10 6 16v44z') + light(c(86, 88, 9))],
    lamp: [48, p('M44 24h34l10 22H34z') + line('M60 46v48') + r(40, 92, 42, 8, 4) + light(p('M36 50h50l12 38H24z'))],
    blanket: [345, light(r(24, 42, 72, 50, 6)) + r(24, 56, 72, 8, 0) + r(24, 74, 72, 8, 0)],
    cushion: [205, p('M28 34q32 8 64 0-8 30 0 56-32-8-64 0 8-26 0-56z') + light(c(60, 62, 12))],
    towel: [185, light(r(34, 24, 52, 74, 4)) + r(34, 76, 52, 6, 0) + r(34, 86, 52, 4, 0) + r(26, 20, 68, 7, 3)],
    candle: [30, r(42, 56, 36, 46, 5) + line('M60 56V48', 3) + p('M60 22q14 16 0 26-14-10 0-26z')],
    clock: [230, light(c(60, 60, 40)) + line('M60 60V34') + line('M60 60l18 10') + c(60, 60, 5)],
    vase: [280, p('M48 100q-20-32 4-50V36h16v14q24 18 4 50z') + line('M60 36Q56 22 44 18', 3) + c(42, 18, 6) + line('M60 36q6-12 16-14', 3) + c(78, 20, 6)],
    basket: [35, p('M26 54h68l-8 46H34z') + line('M38 54q22-42 44 0') + `<path d="M30 70h60M32 84h56" stroke="#fff" stroke-opacity=".5" stroke-width="3"/>`],
    umbrella: [210, p('M20 60a40 38 0 0 1 80 0q-10-8-20 0-10-8-20 0-10-8-20 0-10-8-20 0z') + line('M60 58v34q0 10-12 8')],
    tshirt: [0, p('M44 28q16 12 32 0l26 16-10 18-10-5v43H38V57l-10 5-10-18z')],
    sweater: [150, p('M44 26q16 10 32 0l18 12 6 54-12 2-8-34v42H40V60l-8 34-12-2 6-54z') + `<path d="M42 70h36M42 80h36" stroke="#fff" stroke-opacity=".5" stroke-width="3"/>`],
    jacket: [50, p('M44 26h32l20 16 6 48-14 2-6-30v40H38V62l-6 30-14-2 6-48z') + `<path d="M60 32v68" stroke="#fff" stroke-width="3"/>` + light(c(60, 24, 12))],
    socks: [265, p('M36 24h18v40l20 18q6 10-6 14-10 2-18-6L36 72z') + light(p('M66 20h18v40l16 14q6 10-6 12-8 2-14-4L66 66z'))],
    cap: [28, p('M26 72a34 34 0 0 1 66 0z') + r(24, 72, 84, 9, 5) + c(59, 38, 4)],
    scarf: [320, p('M30 30q30 22 60 0v16q-30 22-60 0z') + light(p('M50 54h22v48H50z')) + p('M44 54h14v40H44z')],
    sneakers: [195, p('M20 52q14 10 26-6l28 24 26 8v10H20z') + light(r(18, 90, 84, 8, 4))],
    boots: [55, p('M40 22h26v48q28 4 32 24H40z') + light(r(38, 96, 62, 7, 3))],
    backpack: [165, r(34, 40, 52, 60, 14) + line('M46 40V30q14-12 28 0v10') + `<g fill="#fff" fill-opacity=".4">${r(44, 68, 32, 22, 5)}</g>`],
    tent: [140, p('M60 30 108 94H12z') + `<path d="M60 44 82 94H38z" fill="#fff" fill-opacity=".55"/>`],
    sleepingbag: [235, light(p('M40 24q20-10 40 0l6 50q-4 28-26 28T34 74z')) + c(60, 38, 11) + line('M60 54v44', 4)],
    headlamp: [60, line('M22 62q38-34 76 0', 8) + r(46, 50, 28, 30, 8) + `<circle cx="60" cy="65" r="8" fill="#fff" fill-opacity=".8"/>`],
    stove: [12, r(46, 66, 28, 36, 8) + line('M34 48h52') + line('M44 48l10 18') + line('M76 48 66 66') + light(p('M60 18q18 16 0 28-18-12 0-28z'))],
    bell: [45, p('M30 74a30 30 0 0 1 60 0z') + c(60, 40, 5) + r(26, 74, 68, 8, 4) + light(r(50, 84, 20, 14, 4))],
    lock: [225, r(36, 56, 48, 44, 8) + line('M46 56V42q14-22 28 0v14', 7) + `<circle cx="60" cy="78" r="6" fill="#fff"/>`],
    speaker: [255, r(28, 42, 64, 48, 20) + `<g fill="#fff" fill-opacity=".5">${c(46, 66, 12)}${c(74, 66, 12)}</g>`],
    powerbank: [180, r(42, 26, 36, 72, 8) + `<path d="M63 42 50 66h9l-3 18 14-26h-9z" fill="#fff"/>`],
    puzzle: [33, p('M26 36h24q-4-14 10-14t10 14h24v22q14-4 14 9t-14 9v22H26z')],
};

export const drawn = (id) => Object.hasOwn(DRAWN, id);

/** The picture as a file, or null. */
export function drawing(id) {
    if (!drawn(id)) return null;
    const [hue, shapes] = DRAWN[id];
    const ink = `hsl(${hue} 45% 38%)`;
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120"><rect width="120" height="120" fill="hsl(${hue} 40% 94%)"/>`
        + `<g fill="${ink}" color="${ink}">${shapes}</g></svg>`;
}
