import { useEffect, useState } from "react";

/** Typing is not asking: the value once the fingers rest. */
const REST_MS = 300;

export function useResting(value: string): string {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    if (value === rested) return undefined;
    const timer = setTimeout(() => setRested(value), REST_MS);
    return () => clearTimeout(timer);
  }, [value, rested]);
  return rested;
}
