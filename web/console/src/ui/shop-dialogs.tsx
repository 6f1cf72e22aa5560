/* Creating, changing and deleting a shop. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { answer, api, once } from "../api/client";
import { keys } from "../api/read-keys";
import { useSubmit } from "../api/submit";
import type { Shop } from "../api/types";
import { useText } from "../i18n/i18n";
import { Alert } from "./alert";
import { ConfirmDialog } from "./dialog";
import { FormDialog } from "./dialogs";
import { SHOP_NAME_MAX, useRules } from "./fields";
import { type FormState, placeFieldProblems, TextField, useForm } from "./form";
import { hostOf } from "./host";
import { useNotify } from "./notify";
import { useProblemText } from "./problems";

export type ShopValues = { shop_name: string; domain: string };
const ADDRESS_MAX = 300;

export function useShopForm(initial: ShopValues, draft?: string) {
  const rules = useRules();
  return useForm(initial, { rules: { shop_name: [rules.required] }, draft });
}

export function ShopFields({ form }: { form: FormState<ShopValues> }) {
  const { t } = useText();
  return (
    <>
      <TextField
        form={form}
        name="shop_name"
        label={t("shop.name")}
        maxLength={SHOP_NAME_MAX}
        autoComplete="organization"
      />
      {/* What people paste is the address bar's text: the scheme and the path are taken away, as soon as they see it. */}
      <TextField
        form={form}
        name="domain"
        label={t("shop.domain")}
        optional
        help={t("shop.domainHelp")}
        placeholder="shop.example.com"
        inputMode="url"
        autoComplete="url"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={ADDRESS_MAX}
        onBlur={() => {
          const host = hostOf(form.values.domain);
          if (host !== form.values.domain) form.set("domain", host);
        }}
      />
    </>
  );
}

/** A shop that was made, changed or brought back is listed in these places. */
export function useShopsChanged(): (id?: number) => void {
  const queries = useQueryClient();
  return (id) => {
    for (const queryKey of [keys.shops, keys.onboarding, keys.user]) void queries.invalidateQueries({ queryKey });
    if (id !== undefined) void queries.invalidateQueries({ queryKey: keys.shop(id) });
  };
}

export function CreateShopDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return open ? <CreateShop onClose={onClose} /> : null;
}

function CreateShop({ onClose }: { onClose: () => void }) {
  const { t } = useText();
  const navigate = useNavigate();
  const notify = useNotify();
  const changed = useShopsChanged();
  const problemText = useProblemText();
  const form = useShopForm({ shop_name: "", domain: "" }, "new-shop");
  const [refusal, setRefusal] = useState("");
  const create = ({ shop_name, domain }: ShopValues, key: string) => {
    const address = hostOf(domain);
    const body = { shop_name, hosting: "external" as const, ...(address === "" ? {} : { domain: address }) };
    return answer(api.POST("/api/shops", { body, ...once(key) }));
  };
  const submit = useSubmit(create, {
    onDone: async (shop) => {
      changed();
      form.reset();
      onClose();
      notify.done(t("shops.created", { name: shop.shop_name }));
      await navigate(`/shops/${shop.id}`);
    },
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem, { domain: t("shop.domainFormat") })) setRefusal(problemText(problem));
    },
  });
  return (
    <FormDialog
      open
      title={t("shops.createTitle")}
      ok={t("shops.create")}
      pending={submit.isPending}
      form={form}
      onSubmit={(values) => {
        setRefusal("");
        submit.send(values);
      }}
      onCancel={onClose}
    >
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      <ShopFields form={form} />
    </FormDialog>
  );
}

export function useRestoreShop() {
  const { t } = useText();
  const notify = useNotify();
  const changed = useShopsChanged();
  return useSubmit(
    (id: number, key) => answer(api.POST("/api/shops/{id}/restore", { params: { path: { id } }, ...once(key) })),
    {
      onDone: (_out, id) => {
        changed(id);
        notify.done(t("shops.restored"));
      },
      onProblem: notify.problem,
    },
  );
}

interface DeleteProps {
  shop: Shop | null;
  onClose: () => void;
  onDone?: () => void;
}

export function DeleteShopDialog({ shop, onClose, onDone }: DeleteProps) {
  const { t, day } = useText();
  const notify = useNotify();
  const changed = useShopsChanged();
  const restore = useRestoreShop();
  const submit = useSubmit((id: number) => answer(api.DELETE("/api/shops/{id}", { params: { path: { id } } })), {
    onDone: ({ scheduled_hard_delete_at: until }, id) => {
      changed();
      onClose();
      onDone?.();
      notify.done(t("shops.deleted", { day: day(until) }), () => restore.send(id));
    },
    onProblem: notify.problem,
  });
  return (
    <ConfirmDialog
      open={shop !== null}
      title={t("shops.deleteTitle")}
      ok={t("shops.delete")}
      danger
      pending={submit.isPending}
      onOk={() => {
        if (shop !== null) submit.send(shop.id);
      }}
      onCancel={onClose}
    >
      <p>{t("shops.deleteText", { name: shop?.shop_name ?? "" })}</p>
    </ConfirmDialog>
  );
}
