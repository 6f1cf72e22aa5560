/* Who sells: what stands as the seller on receipts and invoices from now on. Changing it wants a sign-in of the last
 * minutes. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { putSeller, type Seller, useSeller } from "../../api/money";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { ReauthDialog } from "../../ui/dialogs";
import { useRules } from "../../ui/fields";
import { Form, placeFieldProblems, TextField, useForm } from "../../ui/form";
import { Loaded } from "../../ui/loaded";
import { useNotify } from "../../ui/notify";
import { Section } from "../../ui/page";
import { SaveBar } from "../../ui/save-bar";

const FIELDS = ["taxNumber", "address", "phone", "bank", "bankAccount", "email"] as const;
const TEXT_MAX = 200;

const valuesOf = ({ name, abroad, taxNumber, address, phone, bank, bankAccount, email }: Seller) => ({
  name,
  abroad: abroad ? "yes" : "",
  taxNumber,
  address,
  phone,
  bank,
  bankAccount,
  email,
});
type Values = ReturnType<typeof valuesOf>;

function Details({ seller }: { seller: Seller }) {
  const { t } = useText();
  const rules = useRules();
  const queries = useQueryClient();
  const notify = useNotify();
  const [again, setAgain] = useState<Values | null>(null);
  const form = useForm(valuesOf(seller), { rules: { name: [rules.required] } });
  const submit = useSubmit((values: Values) => putSeller({ ...values, abroad: values.abroad !== "" }), {
    onDone: (saved) => {
      queries.setQueryData(keys.seller, saved);
      form.reset(valuesOf(saved));
      notify.done(t("seller.saved"));
    },
    onProblem: (problem, values) => {
      if (problem.code === "sign_in_again") setAgain(values);
      else if (!placeFieldProblems(form, problem)) notify.problem(problem);
    },
  });
  return (
    <div className="settings-form">
      <Form form={form} onSubmit={submit.send} label={t("money.seller")}>
        <TextField form={form} name="name" label={t("seller.name")} autoComplete="organization" maxLength={TEXT_MAX} />
        <label className="tick">
          <input
            type="checkbox"
            checked={form.values.abroad !== ""}
            onChange={({ target }) => form.set("abroad", target.checked ? "yes" : "")}
          />
          <span>{t("seller.abroad")}</span>
        </label>
        {FIELDS.map((name) => (
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
      <ReauthDialog
        open={again !== null}
        onDone={() => {
          setAgain(null);
          if (again !== null) submit.send(again);
        }}
        onCancel={() => setAgain(null)}
      />
    </div>
  );
}

export function SellerPart() {
  const { t } = useText();
  const read = useSeller();
  return (
    <Section title={t("money.seller")}>
      <p className="muted">{t("seller.intro")}</p>
      <Loaded read={read} height={480}>
        {(seller) => (
          <>
            {seller.updatedAt === null && (
              <Alert tone="due" title={t("seller.none")} said={false}>
                {t("seller.noneText")}
              </Alert>
            )}
            <Details seller={seller} key={seller.updatedAt ?? ""} />
          </>
        )}
      </Loaded>
    </Section>
  );
}
