/* Pictures in a conversation: chosen, pasted or dropped on the composer, sent as they are with their progress; and shown,
 * each as a link to itself. */
import { type ClipboardEvent, type DragEvent, useRef, useState } from "react";
import { once } from "../../api/client";
import { fileName } from "../../api/file-name";
import { problemFromAnswer, toProblem } from "../../api/problem";
import { useSubmit } from "../../api/submit";
import type { InboxConversation, InboxMessage } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Button } from "../../ui/button";
import { useNotify } from "../../ui/notify";
import type { useQuicker } from "./quicker";

const TYPES = "image/jpeg,image/png,image/webp,image/gif";
const BYTES_MAX = 5 << 20;

/** fetch tells no progress of what is sent. */
function put(path: string, file: File, key: string, progress: (part: number) => void): Promise<void> {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    for (const [name, value] of Object.entries(once(key).headers)) request.setRequestHeader(name, value);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
    request.onerror = () => fail(toProblem(new TypeError("network")));
    request.onload = () => {
      const { status } = request;
      if (status < 300) done();
      else fail(problemFromAnswer(new Response(null, { status }), request.response as unknown));
    };
    request.send(file);
  });
}

/** How pictures are sent from here: `given` takes what was pasted or dropped and says whether there was any. */
export function usePictures({ id }: InboxConversation, quicker: ReturnType<typeof useQuicker>, sent: () => void) {
  const { t, number } = useText();
  const notify = useNotify();
  const [part, setPart] = useState(0);
  const submit = useSubmit(
    async ({ files, epoch }: { files: readonly File[]; epoch: number }, key) => {
      for (const [index, file] of files.entries()) {
        setPart(0);
        const query = new URLSearchParams({
          name: fileName(file, "image"),
          clientId: `${key}-${index}`,
          epoch: String(epoch),
        });
        await put(`/api/inbox/${id}/images?${query.toString()}`, file, `${key}-${index}`, setPart);
      }
    },
    {
      onDone: sent,
      onProblem: (problem) => {
        if (!quicker.refused(problem, "inbox.pictureNotSent")) notify.problem(problem);
        sent();
      },
    },
  );
  const send = (files: readonly File[]) => {
    if (files.length === 0 || submit.isPending) return;
    if (files.some((file) => file.size > BYTES_MAX)) notify.info(t("inbox.pictureTooBig"));
    else {
      quicker.forget();
      submit.send({ files, epoch: quicker.seen() });
    }
  };
  const given = (list: FileList): boolean => {
    const files = Array.from(list).filter((file) => file.type.startsWith("image/"));
    send(files);
    return files.length > 0;
  };
  return {
    send,
    busy: submit.isPending,
    progress: submit.isPending ? t("inbox.pictureGoes", { part: number(Math.round(part * 100)) }) : "",
    takes: {
      onPaste: (event: ClipboardEvent) => {
        if (given(event.clipboardData.files)) event.preventDefault();
      },
      onDragOver: (event: DragEvent) => {
        if (event.dataTransfer.types.includes("Files")) event.preventDefault();
      },
      onDrop: (event: DragEvent) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        if (!given(event.dataTransfer.files)) notify.info(t("inbox.noPicture"));
      },
    },
  };
}

export function PictureButton({ pictures: { send, busy, progress } }: { pictures: ReturnType<typeof usePictures> }) {
  const { t } = useText();
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={chooser}
        type="file"
        accept={TYPES}
        multiple
        hidden
        onChange={({ target }) => {
          send(Array.from(target.files ?? []));
          target.value = "";
        }}
      />
      <Button busy={busy} onClick={() => chooser.current?.click()}>
        {t("inbox.picture")}
      </Button>
      <span className="small muted" role="status">
        {progress}
      </span>
    </>
  );
}

export function Picture({ image, name }: { image: NonNullable<InboxMessage["image"]>; name: string }) {
  return (
    <a href={image.url} target="_blank" rel="noopener noreferrer">
      <img className="said-picture" src={image.url} alt={name} width={image.width} height={image.height} />
    </a>
  );
}
