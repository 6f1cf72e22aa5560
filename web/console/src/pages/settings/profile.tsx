import { useQueryClient } from "@tanstack/react-query";
import { answer, api } from "../../api/client";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { User } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { useRules } from "../../ui/fields";
import { FieldFrame, Form, placeFieldProblems, TextField, useForm } from "../../ui/form";
import { late } from "../../ui/late";
import { useNotify } from "../../ui/notify";
import { KeysSwitch } from "../inbox/shortcuts";
import { SaveBar } from "../../ui/save-bar";

const NAME_MAX = 80;
const FaceUpload = late(() => import("../../ui/face-upload"));
const EraseSignIn = late(() => import("./erase-sign-in"));

export function Profile({ user }: { user: User }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const rules = useRules();
  const form = useForm({ name: user.name ?? "" }, { rules: { name: [rules.required] }, draft: "profile" });
  const submit = useSubmit((body: { name: string }) => answer(api.PATCH("/api/user", { body })), {
    onDone: (got) => {
      queries.setQueryData(keys.user, got);
      form.reset({ name: got.user?.name ?? "" });
      notify.done(t("profile.saved"));
    },
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem)) notify.problem(problem);
    },
  });
  return (
    <div className="settings-form stack">
      <FaceUpload
        path="/api/user/picture"
        picture={user.avatar_url}
        onDone={(picture) => queries.setQueryData(keys.user, { user: { ...user, avatar_url: picture } })}
      />
      <Form form={form} onSubmit={submit.send} label={t("nav.profile")}>
        {!user.by_panel && (
          <FieldFrame id="profile-email" label={t("field.emailLabel")}>
            <input id="profile-email" className="input" value={user.email} readOnly autoComplete="off" translate="no" />
          </FieldFrame>
        )}
        <TextField form={form} name="name" label={t("field.name")} autoComplete="name" maxLength={NAME_MAX} />
        <SaveBar form={form} pending={submit.isPending} />
      </Form>
      <h2 className="section-title">{t("inbox.keys")}</h2>
      <p className="muted small">{t("inbox.keys.onHelp")}</p>
      <KeysSwitch />
      {!user.by_panel && <EraseSignIn />}
    </div>
  );
}
