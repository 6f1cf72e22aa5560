/* Bars side by side, each of parts on top of each other. A picture with a sentence; the numbers stand in a table. A press on
 * a bar may lead to what it counts: the same way stands in the table, for the keyboard. */
import { type PointerEvent, useState } from "react";
import { useText } from "../i18n/i18n";
import { useWidth } from "./step-chart";
import { niceTicks } from "./ticks";

export type Tone = "on" | "due" | "off";
export interface Bar {
  label: string;
  parts: readonly Readonly<{ tone: Tone; value: number }>[];
}

const HEIGHT = 180;
const LEFT_MIN = 44;
const DIGIT_PX = 7;
const RIGHT = 12;
const TOP = 20;
const BOTTOM = 26;
const LABEL_PX = 80;

const sumOf = ({ parts }: Bar) => parts.reduce((sum, { value }) => sum + value, 0);

function Stack({ bar, x, wide, y }: { bar: Bar; x: number; wide: number; y: (value: number) => number }) {
  let below = 0;
  return bar.parts.map(({ tone, value }) => {
    const from = below;
    below += value;
    return (
      <rect
        key={tone}
        className={`bar-${tone}`}
        x={x}
        width={wide}
        y={y(below)}
        height={Math.max(y(from) - y(below), 0)}
      />
    );
  });
}

type Pick = ((at: number) => void) | undefined;

function Drawn({ bars, width, onPick }: { bars: readonly Bar[]; width: number; onPick: Pick }) {
  const { number } = useText();
  const [near, setNear] = useState<number | null>(null);
  const ticks = niceTicks(Math.max(...bars.map(sumOf), 1));
  const top = ticks.at(-1) ?? 1;
  // As wide as what stands there: money has more digits than conversations.
  const left = Math.max(LEFT_MIN, 12 + DIGIT_PX * Math.max(...ticks.map((tick) => number(tick).length)));
  const each = Math.max(width - left - RIGHT, 1) / Math.max(bars.length, 1);
  const wide = Math.max(each * 0.72, 1);
  const xOf = (at: number) => left + at * each + (each - wide) / 2;
  const y = (value: number) => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM);
  const every = Math.max(Math.ceil(LABEL_PX / each), 1);
  const look = (event: PointerEvent<SVGSVGElement>) => {
    const at = Math.floor((event.clientX - event.currentTarget.getBoundingClientRect().left - left) / each);
    setNear(at >= 0 && at < bars.length ? at : null);
  };
  const seen = near === null ? undefined : bars[near];
  return (
    <svg width={width} height={HEIGHT} aria-hidden="true" onPointerMove={look} onPointerLeave={() => setNear(null)}>
      {ticks.map((tick) => (
        <g key={tick}>
          <line className="chart-grid" x1={left} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} />
          <text className="chart-text" x={left - 8} y={y(tick) + 4} textAnchor="end">
            {number(tick)}
          </text>
        </g>
      ))}
      {bars.map((bar, at) => (
        <g key={bar.label}>
          <Stack bar={bar} x={xOf(at)} wide={wide} y={y} />
          {onPick !== undefined && sumOf(bar) > 0 && (
            <rect
              className="bar-press"
              x={left + at * each}
              width={each}
              y={TOP}
              height={HEIGHT - TOP - BOTTOM}
              onClick={() => onPick(at)}
            />
          )}
          {at % every === 0 && at + every / 2 <= bars.length && (
            <text className="chart-text" x={xOf(at) + wide / 2} y={HEIGHT - 8} textAnchor="middle">
              {bar.label}
            </text>
          )}
        </g>
      ))}
      {seen !== undefined && near !== null && (
        <text
          className="chart-hint"
          x={xOf(near) + wide / 2}
          y={TOP - 6}
          textAnchor={near * 3 < bars.length ? "start" : near * 3 > bars.length * 2 ? "end" : "middle"}
        >
          {seen.label} · {number(sumOf(seen))}
        </text>
      )}
    </svg>
  );
}

export function BarChart({ bars, label, onPick }: { bars: readonly Bar[]; label: string; onPick?: Pick }) {
  const { place, width } = useWidth();
  return (
    <div ref={place} className="chart" role="img" aria-label={label} style={{ height: HEIGHT }}>
      {width > 0 && <Drawn bars={bars} width={width} onPick={onPick} />}
    </div>
  );
}
