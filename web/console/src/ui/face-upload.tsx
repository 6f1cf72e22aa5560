/* The picture of a shop's bot or a person's own: chosen, made small in the browser, sent at once, taken away again. */
import { useRef } from "react";
import { answer } from "../api/client";
import { useSubmit } from "../api/submit";
import { useText } from "../i18n/i18n";
import { Button } from "./button";
import { useNotify } from "./notify";

const TYPES = "image/jpeg,image/png,image/webp,image/gif";
const SIDE = 256;

/** The middle of it, as large as it is ever drawn: a telephone's photo is many times that. A GIF,
 * which may move, and what this browser cannot read, goes as it is, and the server judges it; another moving picture
 * becomes its first one. */
export async function fitted(file: Blob): Promise<Blob> {
  if (file.type === "image/gif") return file;
  try {
    const image = await createImageBitmap(file);
    const cut = Math.min(image.width, image.height);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = Math.min(cut, SIDE);
    const pen = canvas.getContext("2d");
    pen?.drawImage(
      image,
      (image.width - cut) / 2,
      (image.height - cut) / 2,
      cut,
      cut,
      0,
      0,
      canvas.width,
      canvas.height,
    );
    image.close();
    // Where WebP cannot be written, PNG comes by itself.
    const small = pen && (await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/webp", 0.9)));
    return small ?? file;
  } catch {
    return file;
  }
}

/** What is worn now; null: the picture was taken away. */
type Worn = { picture: string | null };
type Path = "/api/user/picture" | `/api/shops/${number}/chatbot/picture`;

async function change(path: Path, file: Blob | null) {
  const response = await fetch(
    path,
    file === null
      ? { method: "DELETE" }
      : { method: "PUT", body: file, headers: { "Content-Type": file.type || "application/octet-stream" } },
  );
  const said: unknown = await response.json().catch(() => null);
  return response.ok ? { response, data: said as Worn } : { response, error: said };
}

interface Props {
  path: Path;
  picture: string | null | undefined;
  onDone: (picture: string | null) => void;
}

export default function FaceUpload({ path, picture, onDone }: Props) {
  const { t } = useText();
  const notify = useNotify();
  const chooser = useRef<HTMLInputElement>(null);
  const submit = useSubmit(
    async (file: Blob | null) => answer(change(path, file === null ? null : await fitted(file))),
    {
      onDone: (worn) => {
        onDone(worn.picture);
        notify.done(t("profile.saved"));
      },
      onProblem: notify.problem,
    },
  );
  return (
    <div className="field" role="group" aria-label={t("face.own")}>
      <b>{t("face.own")}</b>
      <div className="line">
        {picture && <img className="face face-large" src={picture} alt="" />}
        <input
          ref={chooser}
          type="file"
          accept={TYPES}
          hidden
          onChange={({ target }) => {
            const file = target.files?.[0];
            if (file) submit.send(file);
            target.value = "";
          }}
        />
        <Button small busy={submit.isPending} onClick={() => chooser.current?.click()}>
          {t("face.choose")}
        </Button>
        {picture && (
          <Button small look="quiet" onClick={() => submit.send(null)}>
            {t("face.remove")}
          </Button>
        )}
      </div>
      <div className="field-help">{t("face.help")}</div>
    </div>
  );
}
