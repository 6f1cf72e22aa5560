/* What the inbox tells while its page is not the one that is open: only for whoever has switched a sound or a notification
 * on, for it holds a stream of its own. */
import { useTelling } from "./tell";
import { useInboxLive } from "./use-inbox-live";

export default function Elsewhere() {
  useInboxLive(useTelling());
  return null;
}
