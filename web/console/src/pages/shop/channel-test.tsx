/* A test for the shop's own server: sent when somebody presses, signed as a reply is, and what the server answered, line
 * by line. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { answer, api, once } from "../../api/client";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { Answer, Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Button } from "../../ui/button";
import { CodeBox } from "../../ui/copy";
import { Time } from "../../ui/facts";
import { Loaded, Waiting } from "../../ui/loaded";
import { useMay } from "../../ui/may";
import { useAnnounce, useNotify } from "../../ui/notify";
import { Section } from "../../ui/page";
import { Pill } from "../../ui/pill";

type Test = Answer<"/api/shops/{id}/channel/test", "get">;
const LOOK_MS = 1500;

function Outcome({ test, why }: { test: Test; why: (error: string) => string }) {
  const { t, number } = useText();
  const taken = test.error === "";
  return (
    <div className="stack stack-tight">
      <p className="line">
        <Pill tone={taken ? "on" : "stop"} icon={taken ? "good" : "fail"}>
          {t(taken ? "channel.testTaken" : "channel.testNot")}
        </Pill>
        <span className="muted small">
          {t("channel.testTook", { ms: number(test.tookMs) })} {test.at !== null && <Time at={test.at} />}
        </span>
      </p>
      {!taken && <Alert tone="stop" title={why(test.error)} />}
      {test.lines.length > 0 && <CodeBox text={test.lines.join("\n")} label={t("channel.testAnswer")} look="plain" />}
    </div>
  );
}

export function ChannelTest({ shop, why }: { shop: Shop; why: (error: string) => string }) {
  const { t } = useText();
  const queries = useQueryClient();
  const announce = useAnnounce();
  const notify = useNotify();
  const { manage } = useMay();
  const params = { path: { id: shop.id } };
  const seen = useRef<Test["state"]>(undefined);
  const read = useQuery({
    queryKey: keys.channelTest(shop.id),
    queryFn: () => answer(api.GET("/api/shops/{id}/channel/test", { params })),
    refetchInterval: ({ state }) => (state.data?.state === "sending" ? LOOK_MS : false),
  });
  const say = useCallback(
    (error: string | undefined) => announce(t(error === "" ? "channel.testTaken" : "channel.testNot")),
    [announce, t],
  );
  const send = useSubmit(
    (_: undefined, key) => answer(api.POST("/api/shops/{id}/channel/test", { params, ...once(key) })),
    {
      onDone: async (got) => {
        // A look that is on its way would bring the one before this.
        await queries.cancelQueries({ queryKey: keys.channelTest(shop.id) });
        queries.setQueryData(keys.channelTest(shop.id), got);
        seen.current = got.state;
        if (got.state === "done") say(got.error);
      },
      onProblem: (problem) => notify.problem(problem),
    },
  );
  const state = read.data?.state;
  const error = read.data?.error;
  // It may end while one waits for it, seen by a look only.
  useEffect(() => {
    if (state === "done" && seen.current === "sending") say(error);
    seen.current = state;
  }, [state, error, say]);
  return (
    <Section
      title={t("channel.test")}
      extra={
        manage && (
          <Button
            icon="code"
            busy={send.isPending || read.data?.state === "sending"}
            onClick={() => send.send(undefined)}
          >
            {t("channel.testSend")}
          </Button>
        )
      }
    >
      <p className="muted">{t("channel.testText")}</p>
      <Loaded read={read} height={60}>
        {(test) =>
          test.state === "done" ? (
            <Outcome test={test} why={why} />
          ) : test.state === "sending" ? (
            <Waiting height={60} />
          ) : null
        }
      </Loaded>
    </Section>
  );
}
