/* A part of the console that is a file of its own. When the file does not come, its place says so and offers another
 * try; nothing around it is touched. */
import { type ComponentType, lazy, useEffect, useState } from "react";
import { arrivedPart, canReload, loadPart } from "../load-part";
import { Failed, Waiting } from "./loaded";

type Load<P> = () => Promise<{ default: ComponentType<P> }>;

function Again<P extends object>({ load, props, whole }: { load: Load<P>; props: P; whole: boolean }) {
  const [Part, setPart] = useState<ComponentType<P> | null>(null);
  const [cause, setCause] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    // The first turn is for whoever comes back to a page that could not be loaded before.
    let gone = false;
    const come = async () => {
      try {
        const got = await loadPart(load);
        if (!gone) setPart(() => got.default);
      } catch (failed) {
        if (turn > 0 && (await canReload())) window.location.reload();
        if (!gone) setCause(failed);
      }
    };
    void come();
    return () => {
      gone = true;
    };
  }, [load, turn]);
  const again = () => {
    setCause(null);
    setTurn(turn + 1);
  };
  if (Part !== null) return <Part {...props} />;
  const place = cause === null ? <Waiting rows={6} /> : <Failed cause={cause} again={again} />;
  return whole ? <main className="whole">{place}</main> : place;
}

/** `whole`: nothing stands around it. What has arrived is drawn at once: React shows whatever it had to wait for no sooner
 * than 300 ms after it has begun to wait. */
export function late<P extends object>(load: Load<P>, whole = false) {
  const Waited = lazy(async (): Promise<{ default: ComponentType<P> }> => {
    try {
      return await loadPart(load);
    } catch {
      return { default: (props: P) => <Again load={load} props={props} whole={whole} /> };
    }
  });
  return function Late(props: P) {
    // Chosen once: another component in its place would begin anew.
    const [Part] = useState<ComponentType<P>>(() => arrivedPart(load)?.default ?? Waited);
    return <Part {...props} />;
  };
}
