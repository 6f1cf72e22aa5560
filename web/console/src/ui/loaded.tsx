/* What is shown while something is read, and when it could not be: never a number that nobody gave us. A place that waits
 * has the height that it will have, so that nothing moves when the answer comes. */
import { type ReactNode, useEffect } from "react";
import type { Read, ReadList } from "../api/queries";
import { toProblem } from "../api/problem";
import { useText } from "../i18n/i18n";
import { Alert } from "./alert";
import { Button } from "./button";
import { useProblemText } from "./problems";

/** What the server says of a fault is written for changes ("nothing was saved"); here something was only read. */
function useReadProblemText(): (cause: unknown) => string {
  const { t } = useText();
  const problemText = useProblemText();
  return (cause) => (toProblem(cause).status >= 500 ? t("problem.unavailable") : problemText(cause));
}

export function Failed({ cause, again }: { cause: unknown; again: () => void }) {
  const { t } = useText();
  const problemText = useReadProblemText();
  return (
    <Alert
      tone="stop"
      title={t("read.failed")}
      action={
        <Button small onClick={again}>
          {t("read.again")}
        </Button>
      }
    >
      {problemText(cause)}
    </Alert>
  );
}

/** About a screen: what is below it is not seen yet. */
const PAGE_PX = 640;

/** Grey rows of 40 px, as the rows of a table are; or one field of a given height. */
export function Waiting({ rows = 3, height }: { rows?: number; height?: number | undefined }) {
  const { t } = useText();
  return (
    <div role="status" aria-label={t("read.loading")} className="waiting" style={height ? { height } : undefined}>
      {height === undefined && Array.from({ length: rows }, (_, row) => <div key={row} className="waiting-row" />)}
    </div>
  );
}

interface LoadedProps<D> {
  read: Read<D>;
  rows?: number;
  height?: number;
  children: (data: D) => ReactNode;
}

export function Loaded<D>({ read, rows = 3, height, children }: LoadedProps<D>) {
  if (read.data !== undefined) return children(read.data);
  if (read.isError) return <Failed cause={read.error} again={() => void read.refetch()} />;
  return <Waiting rows={rows} height={height} />;
}

interface LoadedListProps<D> {
  read: ReadList<D>;
  rows?: number;
  children: (rows: D[]) => ReactNode;
}

/** Nothing yet, and more to come: a page may be empty because all that was found there is another shop's. */
const isOnTheWay = <D,>({ data, hasNextPage, isFetchNextPageError }: ReadList<D>) =>
  data !== undefined && hasNextPage && !isFetchNextPageError && data.pages.every((page) => page.length === 0);

/** A list with "load more" below. "Nothing" is said only when there is no page left. */
export function LoadedList<D>({ read, rows = 8, children }: LoadedListProps<D>) {
  const { t } = useText();
  const { isFetching, fetchNextPage } = read;
  const onTheWay = isOnTheWay(read);
  useEffect(() => {
    if (onTheWay && !isFetching) void fetchNextPage();
  }, [onTheWay, isFetching, fetchNextPage]);
  if (read.data === undefined) {
    return read.isError ? <Failed cause={read.error} again={() => void read.refetch()} /> : <Waiting rows={rows} />;
  }
  if (onTheWay) return <Waiting rows={rows} />;
  const found = read.data.pages.flat();
  return (
    <>
      {(found.length > 0 || !read.isFetchNextPageError) && children(found)}
      {read.isFetchNextPageError && <Failed cause={read.error} again={() => void read.fetchNextPage()} />}
      {read.hasNextPage && (
        <div className="more">
          <Button busy={read.isFetchingNextPage} onClick={() => void read.fetchNextPage()}>
            {t("read.more")}
          </Button>
        </div>
      )}
    </>
  );
}

interface Settling {
  data: unknown;
  isError: boolean;
}

/** A page whose parts are read one by one is shown when all have answered: nothing on it moves when a part comes late, or
 * turns out to be empty. What failed says so in its own place. */
export function Together({ reads, children }: { reads: readonly Settling[]; children: ReactNode }) {
  if (reads.every(({ data, isError }) => data !== undefined || isError)) return children;
  return <Waiting height={PAGE_PX} />;
}
