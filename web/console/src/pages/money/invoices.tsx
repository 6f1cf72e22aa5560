/* What was made of receipts, invoices and credit notes, and what stands on the next ones. */
import { useQueryClient } from "@tanstack/react-query";
import { type Profile, PROFILE_KINDS, putProfile, usePapers, useProfile } from "../../api/money";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import { useText } from "../../i18n/i18n";
import { BillingParts } from "../../ui/billing-parts";
import { FieldFrame, fieldId, Form, placeFieldProblems, TextField, useForm } from "../../ui/form";
import { Loaded, LoadedList } from "../../ui/loaded";
import { useMay } from "../../ui/may";
import { useNotify } from "../../ui/notify";
import { Page, Section, Teach } from "../../ui/page";
import { SaveBar } from "../../ui/save-bar";
import { PaperTable } from "./papers";

const FIELDS = ["taxNumber", "address", "phone", "bank", "bankAccount", "email"] as const;
const TEXT_MAX = 200;

const valuesOf = ({ kind, title, taxNumber, address, phone, bank, bankAccount, email }: Profile) => ({
  kind: kind as string,
  title,
  taxNumber,
  address,
  phone,
  bank,
  bankAccount,
  email,
});

function Details({ profile }: { profile: Profile }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const form = useForm(valuesOf(profile), { draft: "invoice-details" });
  const submit = useSubmit(
    (values: ReturnType<typeof valuesOf>) => putProfile({ ...values, kind: values.kind as Profile["kind"] }),
    {
      onDone: (saved) => {
        queries.setQueryData(keys.profile, saved);
        form.reset(valuesOf(saved));
        notify.done(t("invoice.saved"));
      },
      onProblem: (problem) => {
        if (!placeFieldProblems(form, problem)) notify.problem(problem);
      },
    },
  );
  const id = fieldId(form.id, "kind");
  return (
    <div className="settings-form">
      <Form form={form} onSubmit={submit.send} label={t("invoice.title")}>
        <FieldFrame id={id} label={t("invoice.kind")}>
          <select
            id={id}
            className="input select-short"
            value={form.values.kind}
            onChange={({ target }) => form.set("kind", target.value)}
          >
            {PROFILE_KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {t(`invoice.kind.${kind}`)}
              </option>
            ))}
          </select>
        </FieldFrame>
        <TextField
          form={form}
          name="title"
          label={t("invoice.name")}
          autoComplete="organization"
          maxLength={TEXT_MAX}
        />
        {FIELDS.filter((name) => name !== "taxNumber" || form.values.kind !== "person").map((name) => (
          <TextField
            key={name}
            form={form}
            name={name}
            label={t(`invoice.${name}`)}
            optional={name !== "taxNumber"}
            maxLength={TEXT_MAX}
          />
        ))}
        <SaveBar form={form} pending={submit.isPending} />
      </Form>
    </div>
  );
}

export function InvoicesPage() {
  const { t } = useText();
  const { manage } = useMay();
  const papers = usePapers();
  const profile = useProfile();
  return (
    <Page title={t("billing.invoices")}>
      <BillingParts />
      <LoadedList read={papers} rows={4}>
        {(rows) =>
          rows.length === 0 ? (
            <Teach icon="log" title={t("paper.none")}>
              {t("paper.noneText")}
            </Teach>
          ) : (
            <Section title={t("paper.list")}>
              <PaperTable rows={rows} />
            </Section>
          )
        }
      </LoadedList>
      {manage && (
        <Section title={t("invoice.title")}>
          <p className="muted">{t("invoice.intro")}</p>
          <Loaded read={profile} height={480}>
            {(saved) => <Details profile={saved} key={saved.updatedAt ?? ""} />}
          </Loaded>
        </Section>
      )}
    </Page>
  );
}
