/* Is the chat on the shop's page? The server fetches the page and says what it found, a line each; what to do stands in
 * the line. Findings are codes there and words here (install.*). */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api, once } from "../../api/client";
import { toProblem } from "../../api/problem";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { Installation, Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Button } from "../../ui/button";
import { Time } from "../../ui/facts";
import { Form, TextField, useForm } from "../../ui/form";
import { Icon, type IconName } from "../../ui/icon";
import { Loaded } from "../../ui/loaded";
import { useMay } from "../../ui/may";
import { useAnnounce } from "../../ui/notify";
import { Section } from "../../ui/page";
import { useProblemText } from "../../ui/problems";

type Finding = Installation["findings"][number];
const LOOK_MS = 1500;
const MARKS: Readonly<Record<Finding["level"], IconName>> = { good: "good", warn: "warn", bad: "fail" };

export function Findings({ found }: { found: Installation }) {
  const { t, known } = useText();
  const bad = found.findings.filter(({ level }) => level === "bad").length;
  const warn = found.findings.filter(({ level }) => level === "warn").length;
  return (
    <div className="stack stack-tight">
      <p>
        <strong>
          {bad > 0 ? t("install.sumBad", { count: bad }) : t(warn > 0 ? "install.sumWarn" : "install.sumGood")}
        </strong>{" "}
        <span className="muted small">
          {found.page !== "" && <span translate="no">{found.page} </span>}
          {found.checkedAt !== null && <Time at={found.checkedAt} />}
        </span>
      </p>
      <ul className="findings">
        {found.findings.map(({ code, level, detail }) => (
          <li key={code} className={`finding finding-${level}`}>
            <Icon name={MARKS[level]} />
            <div>
              <span className="unseen">{t(`install.level.${level}`)} </span>
              {known(`install.${code}`) ?? code}
              {detail !== "" && (
                <code className="break" translate="no">
                  {detail}
                </code>
              )}
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Check({ shop, found }: { shop: Shop; found: Installation }) {
  const { t, known } = useText();
  const queries = useQueryClient();
  const announce = useAnnounce();
  const problemText = useProblemText();
  const { manage } = useMay();
  const form = useForm({ page: "" });
  const [refusal, setRefusal] = useState("");
  const submit = useSubmit(
    (page: string, key) =>
      answer(
        api.POST("/api/shops/{id}/chatbot/installation", {
          params: { path: { id: shop.id } },
          body: page.trim() === "" ? {} : { page: page.trim() },
          ...once(key),
        }),
      ),
    {
      onDone: (got) => {
        queries.setQueryData(keys.installation(shop.id), got);
        announce(t("install.done"));
      },
      onProblem: (problem) => {
        const fault = problem.fields.find(({ field }) => field === "page");
        if (fault) form.refuse({ page: known(`install.fault.${fault.code}`) ?? fault.message });
        else setRefusal(problemText(problem));
      },
    },
  );
  const busy = submit.isPending || found.state === "checking";
  return (
    <div className="stack">
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      {manage && (
        <Form
          form={form}
          label={t("install.title")}
          onSubmit={({ page }) => {
            setRefusal("");
            submit.send(page);
          }}
        >
          <TextField
            form={form}
            name="page"
            label={t("install.page")}
            optional
            inputMode="url"
            spellCheck={false}
            autoComplete="off"
            maxLength={1000}
            placeholder={shop.domain === null ? "https://" : `https://${shop.domain}/`}
          />
          <div>
            <Button type="submit" icon="search" busy={busy}>
              {t("install.check")}
            </Button>
          </div>
        </Form>
      )}
      {found.state === "done" && <Findings found={found} />}
    </div>
  );
}

export function InstallationPart({ shop }: { shop: Shop }) {
  const { t } = useText();
  const read = useQuery({
    queryKey: keys.installation(shop.id),
    queryFn: () => answer(api.GET("/api/shops/{id}/chatbot/installation", { params: { path: { id: shop.id } } })),
    refetchInterval: (query) => (query.state.data?.state === "checking" ? LOOK_MS : false),
  });
  // The conversations are in another program: what it wants of a page is not known here.
  if (read.isError && toProblem(read.error).status === 409) return null;
  return (
    <Section card title={t("install.title")}>
      <p className="muted">{t("install.text")}</p>
      <Loaded read={read} height={120}>
        {(found) => <Check shop={shop} found={found} />}
      </Loaded>
    </Section>
  );
}
