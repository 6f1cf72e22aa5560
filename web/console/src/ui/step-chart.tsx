/* A line of steps over time: a value stays what it was until an entry changes it. Drawn by hand as SVG: a library for
 * one line was more code than the whole console. A picture with a sentence; the numbers stand in the table below. */
import { type PointerEvent, useId, useLayoutEffect, useRef, useState } from "react";
import { useText } from "../i18n/i18n";
import { niceTicks, timeTicks } from "./ticks";

export interface Point {
  atMs: number;
  value: number;
}

const HEIGHT = 200;
const LEFT = 56;
const RIGHT = 16;
const TOP = 12;
const BOTTOM = 28;

/** Of the place that a chart has, as it changes. */
export function useWidth() {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    setWidth(element.clientWidth);
    const watch = new ResizeObserver(() => setWidth(element.clientWidth));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return { place, width };
}

interface Scale {
  x: (atMs: number) => number;
  y: (value: number) => number;
  yTicks: readonly number[];
}

function scaleOf(points: readonly Point[], width: number): Scale {
  const from = points[0]?.atMs ?? 0;
  const to = Math.max(points.at(-1)?.atMs ?? 1, from + 1);
  const yTicks = niceTicks(Math.max(...points.map(({ value }) => value), 1));
  const top = yTicks.at(-1) ?? 1;
  const inner = Math.max(width - LEFT - RIGHT, 1);
  return {
    x: (atMs) => LEFT + ((atMs - from) / (to - from)) * inner,
    y: (value) => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM),
    yTicks,
  };
}

function path(points: readonly Point[], { x, y }: Scale): string {
  return points.map(({ atMs, value }, i) => (i === 0 ? `M${x(atMs)} ${y(value)}` : `H${x(atMs)}V${y(value)}`)).join("");
}

function Axes({ points, scale, width }: { points: readonly Point[]; scale: Scale; width: number }) {
  const { lang, number } = useText();
  const ticks = timeTicks(points[0]?.atMs ?? 0, points.at(-1)?.atMs ?? 0, lang, Math.max(2, Math.floor(width / 130)));
  return (
    <>
      {scale.yTicks.map((tick) => (
        <g key={tick}>
          <line className="chart-grid" x1={LEFT} x2={width - RIGHT} y1={scale.y(tick)} y2={scale.y(tick)} />
          <text className="chart-text" x={LEFT - 8} y={scale.y(tick) + 4} textAnchor="end">
            {number(tick)}
          </text>
        </g>
      ))}
      {ticks.map(({ atMs, label }) => (
        <text key={atMs} className="chart-text" x={scale.x(atMs)} y={HEIGHT - 8} textAnchor="middle">
          {label}
        </text>
      ))}
    </>
  );
}

function Hint({ point, scale, width }: { point: Point; scale: Scale; width: number }) {
  const { time, number } = useText();
  const x = scale.x(point.atMs);
  const y = scale.y(point.value);
  const anchor = x > width / 2 ? "end" : "start";
  return (
    <g>
      <line className="chart-cross" x1={x} x2={x} y1={TOP} y2={HEIGHT - BOTTOM} />
      <circle className="chart-dot" cx={x} cy={y} r={4} />
      <text className="chart-hint" x={x + (anchor === "end" ? -10 : 10)} y={TOP + 12} textAnchor={anchor}>
        {number(point.value)} · {time(new Date(point.atMs).toISOString())}
      </text>
    </g>
  );
}

/** Points in the order of time, at least one. */
export function StepChart({ points, label }: { points: readonly Point[]; label: string }) {
  const { place, width } = useWidth();
  const fill = useId();
  const [near, setNear] = useState<Point | null>(null);
  const scale = scaleOf(points, width);
  const last = points.at(-1);
  const line = path(points, scale);
  const look = (event: PointerEvent<SVGSVGElement>) => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const gap = (point: Point) => Math.abs(scale.x(point.atMs) - x);
    setNear(
      points.reduce((best, point) => (gap(point) < gap(best) ? point : best), points[0] ?? { atMs: 0, value: 0 }),
    );
  };
  return (
    <div ref={place} className="chart" role="img" aria-label={label} style={{ height: HEIGHT }}>
      {width > 0 && last !== undefined && (
        <svg width={width} height={HEIGHT} aria-hidden="true" onPointerMove={look} onPointerLeave={() => setNear(null)}>
          <defs>
            <linearGradient id={fill} x1="0" x2="0" y1="0" y2="1">
              <stop offset="0" className="chart-from" />
              <stop offset="1" className="chart-to" />
            </linearGradient>
          </defs>
          <Axes points={points} scale={scale} width={width} />
          <path d={`${line}V${scale.y(0)}H${scale.x(points[0]?.atMs ?? 0)}Z`} fill={`url(#${fill})`} />
          <path className="chart-line" d={line} />
          <circle className="chart-dot" cx={scale.x(last.atMs)} cy={scale.y(last.value)} r={3.5} />
          {near !== null && <Hint point={near} scale={scale} width={width} />}
        </svg>
      )}
    </div>
  );
}
