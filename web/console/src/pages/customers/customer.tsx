/* One customer of a shop: who it is, what was said, what was bought; blocked, given out or taken out. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { answer, api, once } from "../../api/client";
import { toProblem } from "../../api/problem";
import { useCustomerTalks, useKnownCustomer } from "../../api/queries";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { CustomerOrder, CustomerTalk, KnownCustomer } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { idOf } from "../../ui/address";
import { Button, LinkButton } from "../../ui/button";
import { ConfirmDialog } from "../../ui/dialog";
import { Fact, Facts, Id, Money, Shop, Short, Time } from "../../ui/facts";
import { Loaded, LoadedList } from "../../ui/loaded";
import { useMay } from "../../ui/may";
import { useNotify } from "../../ui/notify";
import { DangerLine, DangerZone, Detail, Page, Section } from "../../ui/page";
import { Pill } from "../../ui/pill";
import { type Column, DataTable } from "../../ui/table";
import { CustomerData } from "../inbox/customer-data";
import NotFound from "../not-found";

function Talks({ id }: { id: number }) {
  const { t } = useText();
  const read = useCustomerTalks(id);
  const columns: Column<CustomerTalk>[] = [
    {
      key: "last",
      title: t("people.lastWord"),
      grow: true,
      phone: "main",
      render: ({ id: talk, lastAt }) => (
        <Link to={`/inbox/${talk}`}>
          <Time at={lastAt} />
        </Link>
      ),
    },
    { key: "status", title: t("people.state"), tight: true, phone: "end", render: (row) => t(`inbox.${row.status}`) },
    {
      key: "messages",
      title: t("people.messages"),
      phone: "sub",
      render: (row) => t("inbox.earlierTalk", { n: row.messages }),
    },
    {
      key: "score",
      title: t("inbox.score"),
      phone: "side",
      render: ({ score }) => (score === 0 ? null : t("inbox.scoreOf", { score })),
    },
  ];
  return (
    <Section title={t("people.talks")}>
      <LoadedList read={read} rows={3}>
        {(rows) => (
          <DataTable
            label={t("people.talks")}
            columns={columns}
            rows={rows}
            rowKey={(row) => row.id}
            empty={t("people.noTalks")}
          />
        )}
      </LoadedList>
    </Section>
  );
}

function Orders({ customer, orders }: { customer: KnownCustomer; orders: readonly CustomerOrder[] }) {
  const { t } = useText();
  const columns: Column<CustomerOrder>[] = [
    {
      key: "number",
      title: t("people.order"),
      grow: true,
      phone: "main",
      render: ({ number: n, items }) => (
        <span dir="auto">
          {n}
          <small className="muted"> {items.map(({ title, quantity }) => `${title} × ${quantity}`).join(", ")}</small>
        </span>
      ),
    },
    {
      key: "status",
      title: t("people.state"),
      grow: true,
      phone: "sub",
      render: ({ status, statusText }) => <Short>{statusText ?? status}</Short>,
    },
    {
      key: "total",
      title: t("people.total"),
      numeric: true,
      phone: "end",
      render: ({ total, currency }) => <Money minor={total} currency={currency} />,
    },
  ];
  return (
    <Section title={t("people.orders")}>
      <DataTable
        label={t("people.orders")}
        columns={columns}
        rows={orders}
        rowKey={({ number: n }) => n}
        empty={t(customer.vouched ? "people.noOrders" : "people.notVouched")}
      />
    </Section>
  );
}

/** Whoever is blocked cannot write any more, and their open pages hear that at once. */
function Block({ customer: { conversation, blocked } }: { customer: KnownCustomer }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const [asking, setAsking] = useState(false);
  const submit = useSubmit(
    (wanted: boolean, key) =>
      answer(
        api.POST("/api/inbox/{id}/visitor", {
          params: { path: { id: conversation } },
          body: { blocked: wanted },
          ...once(key),
        }),
      ),
    {
      onDone: async () => {
        setAsking(false);
        notify.done(t(blocked ? "people.unblocked" : "people.blockedDone"));
        await queries.invalidateQueries({ queryKey: keys.customers });
        await queries.invalidateQueries({ queryKey: keys.thread(conversation) });
      },
      onProblem: (problem) => {
        setAsking(false);
        notify.problem(problem);
      },
    },
  );
  return (
    <DangerLine text={t(blocked ? "people.unblockText" : "people.blockText")}>
      {blocked ? (
        <Button busy={submit.isPending && submit.sent === false} onClick={() => submit.send(false)}>
          {t("people.unblock")}
        </Button>
      ) : (
        <Button look="danger" onClick={() => setAsking(true)}>
          {t("people.block")}
        </Button>
      )}
      {asking && (
        <ConfirmDialog
          open
          danger
          title={t("people.blockTitle")}
          ok={t("people.block")}
          pending={submit.isPending && submit.sent === true}
          onOk={() => submit.send(true)}
          onCancel={() => setAsking(false)}
        >
          <p>{t("people.blockText")}</p>
        </ConfirmDialog>
      )}
    </DangerLine>
  );
}

function About({ customer: c, browsers }: { customer: KnownCustomer; browsers: number }) {
  const { t, number } = useText();
  return (
    <Section title={t("people.facts")} card>
      <Facts>
        {c.email !== "" && (
          <Fact name={t("people.email")}>
            <span className="break" translate="no">
              {c.email}
            </span>{" "}
            <span className="muted small">{t(c.vouched ? "inbox.vouched" : "inbox.leftAddress")}</span>
          </Fact>
        )}
        {c.subject !== "" && (
          <Fact name={t("people.subject")}>
            <Id label={t("people.subject")}>{c.subject}</Id>
          </Fact>
        )}
        <Fact name={t("people.shop")}>
          <Shop id={c.shop} />
        </Fact>
        <Fact name={t("people.seen")}>
          <Time at={c.seenAt} />
        </Fact>
        <Fact name={t("people.since")}>
          <Time at={c.since} />
        </Fact>
        {c.page !== "" && (
          <Fact name={t("people.page")}>
            <a href={c.page} target="_blank" rel="noreferrer" className="short" title={c.page}>
              {c.page.replace(/^https?:\/\//, "")}
            </a>
          </Fact>
        )}
        {c.language !== "" && (
          <Fact name={t("visitors.language")}>
            <span translate="no">{c.language}</span>
          </Fact>
        )}
        {browsers > 1 && <Fact name={t("people.browsers")}>{number(browsers)}</Fact>}
      </Facts>
    </Section>
  );
}

export default function CustomerPage() {
  const { id: text = "" } = useParams();
  const id = idOf(text);
  return id === undefined ? <NotFound /> : <OneCustomer key={id} id={id} />;
}

function OneCustomer({ id }: { id: number }) {
  const { t } = useText();
  const may = useMay();
  const read = useKnownCustomer(id);
  if (read.isError && toProblem(read.error).status === 404) return <NotFound />;
  const answers = may.manage || !may.books;
  return (
    <Loaded read={read} height={640}>
      {({ customer, browsers, orders }) => (
        <Page
          title={customer.name || customer.email || customer.subject}
          back={{ to: "/customers", text: t("nav.people") }}
          intro={
            <>
              {customer.vouched && <Pill tone="on">{t("people.signedIn")}</Pill>}
              {customer.blocked && <Pill tone="stop">{t("people.blocked")}</Pill>}
            </>
          }
          extra={<LinkButton to={`/inbox/${customer.conversation}`}>{t("people.openTalk")}</LinkButton>}
        >
          <Detail
            main={
              <>
                <Talks id={customer.id} />
                <Orders customer={customer} orders={orders} />
              </>
            }
            side={
              <>
                <About customer={customer} browsers={browsers} />
                {answers && (
                  <DangerZone title={t("people.data")}>
                    <Block customer={customer} />
                    <CustomerData id={customer.conversation} back="/customers" />
                  </DangerZone>
                )}
              </>
            }
          />
        </Page>
      )}
    </Loaded>
  );
}
