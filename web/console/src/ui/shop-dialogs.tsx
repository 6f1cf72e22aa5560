/* Creating, changing and deleting a shop. */
import { useQueryClient } from "@tanstack/react-query";
import { Alert, Form, Input } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { answer, api, once } from "../api/client";
import { keys } from "../api/read-keys";
import { useSubmit } from "../api/submit";
import type { Shop } from "../api/types";
import { useText } from "../i18n/i18n";
import { ConfirmDialog, FormDialog } from "./dialogs";
import { SHOP_NAME_MAX, useRules } from "./fields";
import { useNotify } from "./notify";
import { placeFieldProblems, useProblemText } from "./problems";

export interface ShopValues {
  shop_name: string;
  domain?: string;
}
export const SHOP_FIELDS = ["shop_name", "domain"];

export function ShopFields({ focus = false }: { focus?: boolean }) {
  const { t } = useText();
  const rules = useRules();
  return (
    <>
      <Form.Item name="shop_name" label={t("shop.name")} rules={[rules.required]} validateTrigger="onSubmit">
        <Input autoFocus={focus} maxLength={SHOP_NAME_MAX} autoComplete="organization" />
      </Form.Item>
      <Form.Item name="domain" label={t("shop.domain")} extra={t("shop.domainHelp")}>
        <Input placeholder="shop.example.com" inputMode="url" autoComplete="url" maxLength={253} />
      </Form.Item>
    </>
  );
}

export function CreateShopDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useText();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const notify = useNotify();
  const problemText = useProblemText();
  const [form] = Form.useForm<ShopValues>();
  const [refusal, setRefusal] = useState("");
  const create = ({ shop_name, domain }: ShopValues, key: string) => {
    const address = domain?.trim() ?? "";
    const body = { shop_name, hosting: "external" as const, ...(address === "" ? {} : { domain: address }) };
    return answer(api.POST("/api/shops", { body, ...once(key) }));
  };
  const submit = useSubmit(create, {
    onDone: async (shop) => {
      void queries.invalidateQueries({ queryKey: keys.shops });
      void queries.invalidateQueries({ queryKey: keys.onboarding });
      onClose();
      notify.done(t("shops.created", { name: shop.shop_name }));
      await navigate(`/shops/${shop.id}`);
    },
    onProblem: (problem) => {
      const formats = { domain: t("shop.domainFormat") };
      if (!placeFieldProblems(form, problem, SHOP_FIELDS, formats)) setRefusal(problemText(problem));
    },
  });
  const send = (values: ShopValues) => {
    setRefusal("");
    submit.send(values);
  };
  return (
    <FormDialog
      open={open}
      title={t("shops.createTitle")}
      ok={t("shops.create")}
      pending={submit.isPending}
      onCancel={onClose}
    >
      {(formId) => (
        <Form id={formId} form={form} layout="vertical" onFinish={send} preserve={false}>
          {refusal !== "" && <Alert type="error" showIcon title={refusal} className="form-alert" />}
          <ShopFields focus />
        </Form>
      )}
    </FormDialog>
  );
}

export function DeleteShopDialog({
  shop,
  onClose,
  onDone,
}: {
  shop: Shop | null;
  onClose: () => void;
  onDone?: () => void;
}) {
  const { t, time } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const submit = useSubmit((id: number) => answer(api.DELETE("/api/shops/{id}", { params: { path: { id } } })), {
    onDone: ({ scheduled_hard_delete_at: until }) => {
      void queries.invalidateQueries({ queryKey: keys.shops });
      void queries.invalidateQueries({ queryKey: keys.onboarding });
      onClose();
      notify.done(t("shops.deleted", { time: time(until) }));
      onDone?.();
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
