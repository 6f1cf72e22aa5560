/* How long something can still be done, second by second. Not read aloud each second: who asks for it hears it. */
import { useEffect, useState } from "react";

const TICK_MS = 1000;

/** 1:59:07, or 4:05. */
export function leftText(ms: number): string {
  const all = Math.max(Math.ceil(ms / 1000), 0);
  const two = (n: number) => String(n).padStart(2, "0");
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** `onEnd`: told once, when nothing is left. */
export function Countdown({ until, onEnd }: { until: string; onEnd?: () => void }) {
  const [nowMs, setNowMs] = useState(Date.now);
  const left = Date.parse(until) - nowMs;
  const over = left <= 0;
  useEffect(() => {
    if (over) {
      onEnd?.();
      return undefined;
    }
    const timer = setInterval(() => setNowMs(Date.now()), TICK_MS);
    return () => clearInterval(timer);
    // Told at the end, not whenever the page is drawn.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [over]);
  return (
    <span role="timer" aria-live="off" className="countdown">
      {leftText(left)}
    </span>
  );
}
