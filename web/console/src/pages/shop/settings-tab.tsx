import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { answer, api } from "../../api/client";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { useNotify } from "../../ui/notify";
import { Section } from "../../ui/page";
import { placeFieldProblems, useProblemText } from "../../ui/problems";
import { DeleteShopDialog, SHOP_FIELDS, ShopFields, type ShopValues } from "../../ui/shop-dialogs";

/** Only what was changed is sent: two people editing different fields do not undo each other. */
function changes(shop: Shop, { shop_name, domain }: ShopValues): ShopChange {
  const address = domain?.trim() ?? "";
  return {
    ...(shop_name.trim() === shop.shop_name ? {} : { shop_name }),
    ...(address === (shop.domain ?? "") ? {} : { domain: address }),
  };
}
interface ShopChange {
  shop_name?: string;
  domain?: string;
}

function EditShop({ shop }: { shop: Shop }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const problemText = useProblemText();
  const [form] = Form.useForm<ShopValues>();
  const [refusal, setRefusal] = useState("");
  const submit = useSubmit(
    (body: ShopChange) => answer(api.PATCH("/api/shops/{id}", { params: { path: { id: shop.id } }, body })),
    {
      onDone: () => {
        for (const queryKey of [keys.shop(shop.id), keys.shops]) void queries.invalidateQueries({ queryKey });
        notify.done(t("shop.saved"));
      },
      onProblem: (problem) => {
        const formats = { domain: t("shop.domainFormat") };
        if (!placeFieldProblems(form, problem, SHOP_FIELDS, formats)) setRefusal(problemText(problem));
      },
    },
  );
  const send = (values: ShopValues) => {
    setRefusal("");
    const body = changes(shop, values);
    if (Object.keys(body).length > 0) submit.send(body);
    else notify.done(t("shop.saved"));
  };
  const initial = { shop_name: shop.shop_name, domain: shop.domain ?? "" };
  return (
    <Section title={t("shop.edit")}>
      {refusal !== "" && <Alert type="error" showIcon title={refusal} className="form-alert" />}
      <Form form={form} layout="vertical" onFinish={send} initialValues={initial}>
        <ShopFields />
        <Button type="primary" htmlType="submit" loading={submit.isPending}>
          {t("shop.save")}
        </Button>
      </Form>
    </Section>
  );
}

export function SettingsTab({ shop }: { shop: Shop }) {
  const { t } = useText();
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  return (
    <div className="stack">
      <EditShop shop={shop} key={shop.updated_at} />
      <Section title={t("shop.danger")}>
        <div className="line line-between">
          <p className="muted">{t("shop.dangerText")}</p>
          <Button danger onClick={() => setDeleting(true)}>
            {t("shops.delete")}
          </Button>
        </div>
      </Section>
      <DeleteShopDialog
        shop={deleting ? shop : null}
        onClose={() => setDeleting(false)}
        onDone={() => void navigate("/shops", { replace: true })}
      />
    </div>
  );
}
