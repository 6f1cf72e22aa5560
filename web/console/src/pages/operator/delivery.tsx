/* One delivery: what came of it, and what it held. Contents are what customers wrote and paid, so they are shown when
 * somebody asks for them, and the server writes down who did. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { answer, api, once } from "../../api/client";
import { useDelivery, useDeliveryRow } from "../../api/queries";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { Delivery } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { idOf } from "../../ui/address";
import { Button } from "../../ui/button";
import { CodeBox } from "../../ui/copy";
import { ConfirmDialog } from "../../ui/dialog";
import { Fact, Facts, Id, Time } from "../../ui/facts";
import { Loaded } from "../../ui/loaded";
import { useNotify } from "../../ui/notify";
import { Detail, Page, Section } from "../../ui/page";
import { KnownPerson } from "../../ui/person";
import { StatusPill } from "../../ui/pill";
import { saidText } from "../../ui/said";
import NotFound from "../not-found";

function Replay({ row }: { row: Delivery }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const [asking, setAsking] = useState(false);
  const submit = useSubmit(
    (id: number, key) =>
      answer(api.POST("/api/operator/deliveries/{id}/replay", { params: { path: { id } }, ...once(key) })),
    {
      onDone: () => {
        setAsking(false);
        notify.done(t("delivery.replayed"));
        return queries.invalidateQueries({ queryKey: keys.deliveries });
      },
      onProblem: (problem) => {
        setAsking(false);
        notify.problem(problem);
      },
    },
  );
  return (
    <>
      <Button look="primary" disabled={row.state === "received"} onClick={() => setAsking(true)}>
        {t("delivery.replay")}
      </Button>
      <ConfirmDialog
        open={asking}
        title={t("delivery.replayTitle")}
        ok={t("delivery.replay")}
        pending={submit.isPending}
        onOk={() => submit.send(row.id)}
        onCancel={() => setAsking(false)}
      >
        <p>{t(row.state === "refused" ? "delivery.replayRefused" : "delivery.replayText")}</p>
      </ConfirmDialog>
    </>
  );
}

function Shown({ id }: { id: number }) {
  const { t } = useText();
  const read = useDelivery(id);
  return (
    <Loaded read={read} height={160}>
      {({ headers, text, base64 }) => (
        <>
          {headers.length > 0 && (
            <Facts>
              {headers.map(({ name, value }) => (
                <Fact key={name} name={name}>
                  <code className="break" translate="no">
                    {value}
                  </code>
                </Fact>
              ))}
            </Facts>
          )}
          {text === null && base64 === null ? (
            <p className="muted">{t("delivery.notKept")}</p>
          ) : (
            <CodeBox
              text={text ?? base64 ?? ""}
              label={t(text === null ? "delivery.bytes" : "delivery.body")}
              look="plain"
            />
          )}
        </>
      )}
    </Loaded>
  );
}

function Contents({ id }: { id: number }) {
  const { t } = useText();
  const [shown, setShown] = useState(false);
  return (
    <Section title={t("delivery.contents")}>
      {shown ? (
        <Shown id={id} />
      ) : (
        <div className="stack">
          <p className="muted">{t("delivery.lookText")}</p>
          <div>
            <Button icon="eye" onClick={() => setShown(true)}>
              {t("delivery.look")}
            </Button>
          </div>
        </div>
      )}
    </Section>
  );
}

function What({ row }: { row: Delivery }) {
  const text = useText();
  const { t, number } = text;
  return (
    <Section title={t("delivery.about")}>
      <Facts>
        <Fact name={t("delivery.state")}>
          <StatusPill of="delivery" state={row.state} />
        </Fact>
        <Fact name={t("delivery.outcome")}>
          <span className="break">{row.outcome === null ? "—" : saidText(text, row.outcome)}</span>
        </Fact>
        <Fact name={t("customer.one")}>{row.account === null ? "—" : <KnownPerson id={row.account} />}</Fact>
        <Fact name={t("delivery.receivedAt")}>
          <Time at={row.receivedAt} />
        </Fact>
        <Fact name={t("delivery.actedAt")}>{row.actedAt === null ? "—" : <Time at={row.actedAt} />}</Fact>
        <Fact name={t("delivery.copies")}>
          {number(row.copies)}
          {row.copies + row.changes > 0 && (
            <>
              {" · "}
              <Time at={row.lastAt} />
            </>
          )}
        </Fact>
        <Fact name={t("delivery.changes")}>{number(row.changes)}</Fact>
        <Fact name={t("delivery.size")}>{t("delivery.bytesN", { n: row.size })}</Fact>
      </Facts>
    </Section>
  );
}

function Numbers({ row }: { row: Delivery }) {
  const { t } = useText();
  return (
    <Section card title={t("delivery.numbers")}>
      <Facts>
        <Fact name={t("delivery.number")}>
          <Id>{String(row.id)}</Id>
        </Fact>
        <Fact name={t("delivery.sender")}>
          <Link to={`/operator/deliveries?sender=${encodeURIComponent(row.sender)}`} translate="no">
            {row.sender}
          </Link>
        </Fact>
        {row.senderId !== null && (
          <Fact name={t("delivery.senderId")}>
            <Id>{row.senderId}</Id>
          </Fact>
        )}
        {row.address !== null && (
          <Fact name={t("delivery.address")}>
            <Id>{row.address}</Id>
          </Fact>
        )}
        {row.job !== null && (
          <Fact name={t("jobs.kind")}>
            <Id>{String(row.job)}</Id>
          </Fact>
        )}
      </Facts>
    </Section>
  );
}

function OneDelivery({ id }: { id: number }) {
  const { t } = useText();
  const read = useDeliveryRow(id);
  if (read.data === null) return <NotFound />;
  return (
    <Page
      title={t("delivery.title", { id })}
      back={{ to: "/operator/deliveries", text: t("nav.deliveries") }}
      extra={read.data !== undefined && <Replay row={read.data} />}
    >
      <Loaded read={read} height={480}>
        {(row) =>
          row !== null && (
            <Detail
              main={
                <>
                  <What row={row} />
                  <Contents id={id} />
                </>
              }
              side={<Numbers row={row} />}
            />
          )
        }
      </Loaded>
    </Page>
  );
}

export default function DeliveryPage() {
  const id = idOf(useParams().id ?? "");
  return id === undefined ? <NotFound /> : <OneDelivery id={id} key={id} />;
}
