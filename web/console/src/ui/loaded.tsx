/* What is shown while something is read, and when it could not be: never a number that nobody gave us. */
import { Alert, Button, Skeleton } from "antd";
import type { ReactNode } from "react";
import type { Read, ReadList } from "../api/queries";
import { toProblem } from "../api/problem";
import { useText } from "../i18n/i18n";
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
      type="error"
      showIcon
      title={t("read.failed")}
      description={problemText(cause)}
      action={
        <Button size="small" onClick={again}>
          {t("read.again")}
        </Button>
      }
    />
  );
}

export function Waiting({ rows = 3 }: { rows?: number }) {
  const { t } = useText();
  return (
    <div role="status" aria-label={t("read.loading")}>
      <Skeleton active title={false} paragraph={{ rows }} />
    </div>
  );
}

interface LoadedProps<D> {
  read: Read<D>;
  rows?: number;
  children: (data: D) => ReactNode;
}

export function Loaded<D>({ read, rows = 3, children }: LoadedProps<D>) {
  if (read.data !== undefined) return children(read.data);
  if (read.isError) return <Failed cause={read.error} again={() => void read.refetch()} />;
  return <Waiting rows={rows} />;
}

interface LoadedListProps<D> {
  read: ReadList<D>;
  children: (rows: D[]) => ReactNode;
}

/** A list with "load more" below. */
export function LoadedList<D>({ read, children }: LoadedListProps<D>) {
  const { t } = useText();
  if (read.data === undefined) {
    return read.isError ? <Failed cause={read.error} again={() => void read.refetch()} /> : <Waiting rows={6} />;
  }
  return (
    <>
      {children(read.data.pages.flat())}
      {read.isFetchNextPageError && <Failed cause={read.error} again={() => void read.fetchNextPage()} />}
      {read.hasNextPage && (
        <div className="more">
          <Button loading={read.isFetchingNextPage} onClick={() => void read.fetchNextPage()}>
            {t("read.more")}
          </Button>
        </div>
      )}
    </>
  );
}
