import { useState } from "react";
import { useNavigate } from "react-router";
import { answer, api } from "../../api/client";
import { useSubmit } from "../../api/submit";
import type { Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Button } from "../../ui/button";
import { Form, placeFieldProblems } from "../../ui/form";
import { hostOf } from "../../ui/host";
import { useNotify } from "../../ui/notify";
import { DangerLine, DangerZone, Section } from "../../ui/page";
import { useProblemText } from "../../ui/problems";
import { SaveBar } from "../../ui/save-bar";
import { DeleteShopDialog, ShopFields, type ShopValues, useShopForm, useShopsChanged } from "../../ui/shop-dialogs";

interface ShopChange {
  shop_name?: string;
  domain?: string;
}

/** Only what was changed is sent: two people editing different fields do not undo each other. */
export function changes(shop: Pick<Shop, "shop_name" | "domain">, { shop_name, domain }: ShopValues): ShopChange {
  const address = hostOf(domain);
  return {
    ...(shop_name.trim() === shop.shop_name ? {} : { shop_name }),
    ...(address === (shop.domain ?? "") ? {} : { domain: address }),
  };
}

function EditShop({ shop }: { shop: Shop }) {
  const { t } = useText();
  const notify = useNotify();
  const changed = useShopsChanged();
  const problemText = useProblemText();
  const form = useShopForm({ shop_name: shop.shop_name, domain: shop.domain ?? "" }, `shop-${shop.id}`);
  const [refusal, setRefusal] = useState("");
  const submit = useSubmit(
    (body: ShopChange) => answer(api.PATCH("/api/shops/{id}", { params: { path: { id: shop.id } }, body })),
    {
      onDone: () => {
        form.reset({ ...form.values });
        changed(shop.id);
        notify.done(t("shop.saved"));
      },
      onProblem: (problem) => {
        if (!placeFieldProblems(form, problem, { domain: t("shop.domainFormat") })) setRefusal(problemText(problem));
      },
    },
  );
  const send = (values: ShopValues) => {
    setRefusal("");
    const body = changes(shop, values);
    if (Object.keys(body).length > 0) submit.send(body);
    else form.reset();
  };
  return (
    <Section title={t("shop.edit")}>
      <div className="settings-form stack stack-tight">
        {refusal !== "" && <Alert tone="stop" title={refusal} />}
        <Form form={form} onSubmit={send}>
          <ShopFields form={form} />
          <SaveBar form={form} pending={submit.isPending} />
        </Form>
      </div>
    </Section>
  );
}

export function SettingsPart({ shop }: { shop: Shop }) {
  const { t } = useText();
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  return (
    <div className="stack">
      <EditShop shop={shop} />
      <DangerZone title={t("shop.danger")}>
        <DangerLine text={t("shop.dangerText")}>
          <Button look="danger" onClick={() => setDeleting(true)}>
            {t("shops.delete")}
          </Button>
        </DangerLine>
      </DangerZone>
      <DeleteShopDialog
        shop={deleting ? shop : null}
        onClose={() => setDeleting(false)}
        onDone={() => void navigate("/shops", { replace: true })}
      />
    </div>
  );
}
