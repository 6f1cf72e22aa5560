/* Questions that the assistant found no answer to: each is one press from becoming an entry of the shop's questions. */
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";
import { answer, api, once } from "../../api/client";
import { keys } from "../../api/read-keys";
import { useGaps } from "../../api/queries";
import { useSubmit } from "../../api/submit";
import type { Gap, NumbersAsked } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Button, LinkButton } from "../../ui/button";
import { Shop, Time } from "../../ui/facts";
import { Loaded } from "../../ui/loaded";
import { useMay } from "../../ui/may";
import { useNotify } from "../../ui/notify";
import { Section } from "../../ui/page";
import { type Column, DataTable } from "../../ui/table";

function Acts({ gap }: { gap: Gap }) {
  const { t } = useText();
  const notify = useNotify();
  const queries = useQueryClient();
  const { shop, question, entry, text } = gap;
  const submit = useSubmit(
    (asked: Pick<Gap, "shop" | "question">, key) =>
      answer(api.POST("/api/numbers/gaps/aside", { body: asked, ...once(key) })),
    {
      onDone: () => {
        notify.done(t("gaps.gone"));
        return queries.invalidateQueries({ queryKey: keys.numbers });
      },
      onProblem: notify.problem,
    },
  );
  const query = new URLSearchParams({ id: entry, question: text });
  return (
    <span className="line">
      <LinkButton small to={`/knowledge/${shop}/faq?${query.toString()}`}>
        {t("gaps.answer")}
      </LinkButton>
      <Button small look="quiet" busy={submit.isPending} onClick={() => submit.send({ shop, question })}>
        {t("gaps.aside")}
      </Button>
    </span>
  );
}

/** `only`: where there are none, and nothing else is counted, nothing is said. */
export function Gaps({ asked, only }: { asked: NumbersAsked; only: boolean }) {
  const { t, number } = useText();
  const { manage } = useMay();
  const read = useGaps(asked);
  if (only && !read.isError && !read.data?.gaps.length) return null;
  const columns: Column<Gap>[] = [
    {
      key: "text",
      title: t("gaps.question"),
      grow: true,
      phone: "main",
      render: ({ text, conversation }) => (
        <Link to={`/inbox/${conversation}`} className="short" title={text} dir="auto">
          {text}
        </Link>
      ),
    },
    ...(asked.shop === undefined
      ? [{ key: "shop", title: t("visitors.shop"), grow: true, render: (row: Gap) => <Shop id={row.shop} /> }]
      : []),
    { key: "asked", title: t("gaps.asked"), numeric: true, phone: "end", render: (row) => number(row.asked) },
    { key: "last", title: t("gaps.last"), tight: true, phone: "sub", render: (row) => <Time at={row.lastAt} /> },
    ...(manage
      ? [
          {
            key: "act",
            title: t("table.actions"),
            actions: true,
            phone: "side" as const,
            render: (row: Gap) => <Acts gap={row} />,
          },
        ]
      : []),
  ];
  return (
    <Section title={t("gaps.title")}>
      <p className="muted">{t("gaps.intro")}</p>
      <Loaded read={read} rows={3}>
        {({ gaps }) => (
          <DataTable
            label={t("gaps.title")}
            columns={columns}
            rows={gaps}
            rowKey={({ shop, question }) => `${shop}-${question}`}
            empty={t("gaps.none")}
          />
        )}
      </Loaded>
    </Section>
  );
}
