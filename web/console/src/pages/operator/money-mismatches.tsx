/* Where a provider and we do not agree: wrong amounts, unknown orders, paid late or twice, given back outside, disputes.
 * All on one page, each open until somebody has written down what came of it. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Mismatch, resolveMismatch, useMismatches } from "../../api/money";
import { keys } from "../../api/read-keys";
import { useText } from "../../i18n/i18n";
import { useAddress } from "../../ui/address";
import { Button } from "../../ui/button";
import { ReasonDialog } from "../../ui/dialogs";
import { Chips } from "../../ui/filters";
import { LoadedList } from "../../ui/loaded";
import { MismatchTable } from "../../ui/mismatches";
import { useNotify } from "../../ui/notify";
import { Teach, Toolbar } from "../../ui/page";
import { Bills } from "./money-bills";

export function Mismatches() {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const [read, write] = useAddress();
  const [resolving, setResolving] = useState<Mismatch | null>(null);
  const open = read("show") !== "all";
  const list = useMismatches(open);
  return (
    <>
      <Toolbar>
        <Chips
          label={t("order.state")}
          all={t("mismatch.openOnes")}
          choices={[{ value: "all", text: t("mismatch.allOnes") }]}
          value={open ? "" : "all"}
          onChoose={(show) => write({ show })}
        />
      </Toolbar>
      <LoadedList read={list} rows={8}>
        {(rows) =>
          rows.length === 0 ? (
            <Teach icon="good" title={t("mismatch.none")}>
              {t("mismatch.noneText")}
            </Teach>
          ) : (
            <MismatchTable
              rows={rows}
              acts={(row) =>
                row.resolvedAt === null && (
                  <Button small onClick={() => setResolving(row)}>
                    {t("mismatch.resolve")}
                  </Button>
                )
              }
            />
          )
        }
      </LoadedList>
      <Bills />
      {resolving !== null && (
        <ReasonDialog
          open
          title={t("mismatch.resolveTitle")}
          text={t("mismatch.resolveText")}
          ok={t("mismatch.resolve")}
          run={(resolution, key) => resolveMismatch(resolving.id, resolution, key)}
          onDone={() => {
            void queries.invalidateQueries({ queryKey: keys.operator });
            setResolving(null);
            notify.done(t("mismatch.resolvedDone"));
          }}
          onCancel={() => setResolving(null)}
        />
      )}
    </>
  );
}
