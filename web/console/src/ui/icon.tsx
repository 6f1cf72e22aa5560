/* The drawings, of one line each, on a grid of 20. Decoration: what a control does is said by its text or label. */

const DRAWINGS = {
  arrow: "M4 10h12m-5-5 5 5-5 5",
  back: "M16 10H4m5-5-5 5 5 5",
  bell: "M10 3a5 5 0 0 0-5 5v3l-1.5 3h13L15 11V8a5 5 0 0 0-5-5Zm-2 14h4",
  billing:
    "M3 6.5A1.5 1.5 0 0 1 4.5 5h11A1.5 1.5 0 0 1 17 6.5v8a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 3 14.5Zm0 2.5h14M6 13h3",
  book: "M4 4h5a1.5 1.5 0 0 1 1.5 1.5V16A1.5 1.5 0 0 0 9 14.5H4Zm12.5 0h-4.5A1.5 1.5 0 0 0 10.5 5.5V16a1.5 1.5 0 0 1 1.5-1.5h4.5Z",
  card: "M3 5h14v10H3Zm0 3.5h14",
  chart: "M3.5 16.5h13M6 13.5v-3m4 3V5m4 8.5V8",
  check: "m4 10.5 4 4 8-9",
  chevron: "m6 8 4 4 4-4",
  close: "m5 5 10 10M15 5 5 15",
  code: "m7 6-4 4 4 4m6-8 4 4-4 4",
  copy: "M7 7h9v9H7ZM4 13V4h9",
  dark: "M16 11.5A6.5 6.5 0 1 1 8.5 4a5 5 0 0 0 7.5 7.5Z",
  download: "M10 3v9m-4-4 4 4 4-4M4 16h12",
  eye: "M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5Zm7.5 2a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  filter: "M3 5h14M6 10h8M8.5 15h3",
  globe: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM3 10h14M10 3c2.5 2.5 2.5 11.5 0 14-2.5-2.5-2.5-11.5 0-14Z",
  home: "M3.5 9.5 10 4l6.5 5.5V16h-4.5v-4H8v4H3.5Z",
  jobs: "M4 5.5h2M4 10h2m-2 4.5h2M9 5.5h7M9 10h7m-7 4.5h7",
  key: "M12.5 3.5a4 4 0 1 1-3.7 5.5L4 13.8V16h2.5v-1.5H8V13h1.5l1-1",
  leave: "M8 4H4v12h4m4-9 3 3-3 3m3-3H8",
  light:
    "M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM10 2.5V4m0 12v1.5M2.5 10H4m12 0h1.5M4.7 4.7l1 1m8.6 8.6 1 1m0-10.6-1 1m-8.6 8.6-1 1",
  log: "M5 3h7l3 3v11H5Zm2.5 6h5m-5 3h5m-5 3h3",
  mail: "M3 5h14v10H3Zm0 .5 7 5.5 7-5.5",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  open: "M11 4h5v5m0-5-7 7M8 5H4v11h11v-4",
  people:
    "M7.5 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM3 16c0-2.8 2-4.5 4.5-4.5S12 13.2 12 16m1-6.7a2.3 2.3 0 1 0 0-4.6M14 12c1.8.3 3 1.8 3 4",
  person: "M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM4 17c.3-3.2 2.5-5 6-5s5.7 1.8 6 5",
  plus: "M10 4v12M4 10h12",
  search: "M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11Zm4-1.5 4 4",
  settings: "M4 6h7m4 0h1M4 14h1m4 0h7M13 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4Zm-6 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  shield: "M10 3 4 5v5c0 3.5 2.5 6 6 7 3.5-1 6-3.5 6-7V5Zm-2.5 7 2 2 3.5-4",
  shop: "M4 9v7h12V9M3 7l1.5-3h11L17 7a2.3 2.3 0 0 1-4.7 0 2.3 2.3 0 0 1-4.6 0A2.3 2.3 0 0 1 3 7Zm5 9v-4h4v4",
  sort: "M7 4v12m-3-3 3 3 3-3m3 3V4m-3 3 3-3 3 3",
  spark: "M10 3v4m0 6v4M3 10h4m6 0h4",
  stop: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM7 10h6",
  system: "M3 4h14v9H3Zm4 12h6m-3-3v3",
  tag: "M3.5 9.5V4H9l7.5 7.5-5.5 5.5ZM6.5 7h.01",
  today: "M4 5h12v11H4Zm0 4h12M7 3v3m6-3v3",
  wait: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm0-11v4l2.5 2",
  warn: "M10 3.5 17.5 16h-15ZM10 8v4m0 2v.01",
  fail: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM7.5 7.5l5 5m0-5-5 5",
  good: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm-3-7 2.2 2.2L13 8",
  inbox: "M4 4h12l1.5 7.5V16h-15v-4.5Zm-1.5 7.5H7l1.5 2.5h3l1.5-2.5h4.5",
  info: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm0-8v4.5M10 6.5v.01",
  work: "M10 3a7 7 0 1 1-7 7",
} as const;

export type IconName = keyof typeof DRAWINGS;

export function Icon({ name, turns = false }: { name: IconName; turns?: boolean }) {
  return (
    <svg className={turns ? "icon icon-turns" : "icon"} viewBox="0 0 20 20" aria-hidden="true">
      <path d={DRAWINGS[name]} />
    </svg>
  );
}
