/* The rows of the books: each payment that came, and each refund that went, with its order. */
import { Link } from "react-router";
import { type Posting, type PostingFilter, PROVIDERS, usePostings } from "../../api/money";
import { useText } from "../../i18n/i18n";
import { useAddress } from "../../ui/address";
import { Time } from "../../ui/facts";
import { Chips, Choose } from "../../ui/filters";
import { LoadedList } from "../../ui/loaded";
import { Toolbar } from "../../ui/page";
import { ProviderName } from "../../ui/payments";
import { KnownPerson } from "../../ui/person";
import { nameOf, Paid } from "../../ui/sum";
import { type Column, DataTable } from "../../ui/table";
import { momentOf, Within } from "./money-span";

const WAYS = ["came", "went"] as const;

function useFilter(): PostingFilter {
  const [read] = useAddress();
  const said = (name: string) => (read(name) === "" ? undefined : read(name));
  return {
    from: momentOf(read("from")),
    to: momentOf(read("to")),
    provider: said("provider"),
    offer: said("offer"),
    currency: /^[A-Z]{3}$/.test(read("currency")) ? read("currency") : undefined,
    way: WAYS.find((one) => one === read("way")),
  };
}

function PostingTable({ rows }: { rows: readonly Posting[] }) {
  const { t, lang } = useText();
  const columns: Column<Posting>[] = [
    {
      key: "kind",
      title: t("posting.kind"),
      phone: "main",
      tight: true,
      render: ({ kind, order }) => <Link to={`/operator/orders/${order}`}>{t(`posting.of.${kind}`)}</Link>,
    },
    { key: "what", title: t("order.what"), grow: true, render: (row) => nameOf(lang, row) },
    { key: "account", title: t("customer.one"), grow: true, render: ({ account }) => <KnownPerson id={account} /> },
    {
      key: "provider",
      title: t("payment.provider"),
      phone: "sub",
      tight: true,
      render: ({ provider }) => <ProviderName name={provider} />,
    },
    {
      key: "amount",
      title: t("line.amount"),
      numeric: true,
      phone: "end",
      render: ({ amount }) => <Paid sum={amount} />,
    },
    { key: "at", title: t("note.at"), phone: "side", render: ({ at }) => <Time at={at} /> },
  ];
  return (
    <DataTable
      label={t("money.postings")}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      empty={t("list.noMatch")}
    />
  );
}

export function Postings() {
  const { t } = useText();
  const [, write] = useAddress();
  const filter = useFilter();
  const list = usePostings(filter);
  return (
    <>
      <Toolbar>
        <Chips
          label={t("posting.way")}
          choices={WAYS.map((value) => ({ value, text: t(`posting.way.${value}`) }))}
          value={filter.way ?? ""}
          onChoose={(way) => write({ way })}
        />
        <Choose
          label={t("payment.provider")}
          choices={PROVIDERS.map((value) => ({ value, text: t(`provider.${value}`) }))}
          value={filter.provider ?? ""}
          onPick={(provider) => write({ provider })}
        />
        <Within from={filter.from} to={filter.to} part="postings" back="takings" />
      </Toolbar>
      <LoadedList read={list} rows={8}>
        {(rows) => <PostingTable rows={rows} />}
      </LoadedList>
    </>
  );
}
