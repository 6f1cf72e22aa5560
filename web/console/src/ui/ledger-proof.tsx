/* The ledger as something one can check: each entry carries the fingerprint of the one before, and the server looks now
 * whether the newest of them still fit. Whoever keeps a fingerprint can ask later for the ledger that it belongs to. */
import { useLedgerProof } from "../api/queries";
import { useText } from "../i18n/i18n";
import { Alert } from "./alert";
import { Button } from "./button";
import { Contact } from "./contact";
import { Fact, Facts, Id, Time } from "./facts";
import { Loaded } from "./loaded";
import { Section } from "./page";
import { Pill } from "./pill";

export function LedgerProof() {
  const { t, number } = useText();
  const read = useLedgerProof();
  return (
    <Section card title={t("proof.title")}>
      <Loaded read={read} height={210}>
        {({ entries, checked, sound, fingerprint, checkedAt }) => (
          <div className="stack stack-tight">
            {!sound && (
              <Alert tone="stop" title={t("proof.broken")}>
                {t("proof.brokenText")}
                <Contact lead={t("proof.tell")} />
              </Alert>
            )}
            <p className="muted small">{t("proof.text")}</p>
            <Facts>
              <Fact name={t("proof.result")}>
                {sound ? (
                  <Pill tone="on" icon="good">
                    {t("proof.sound")}
                  </Pill>
                ) : (
                  <Pill tone="stop" icon="fail">
                    {t("proof.unsound")}
                  </Pill>
                )}
              </Fact>
              <Fact name={t("proof.entries")}>
                {checked === entries
                  ? t("proof.all", { n: number(entries) })
                  : t("proof.newest", { n: number(checked), all: number(entries) })}
              </Fact>
              <Fact name={t("proof.fingerprint")}>
                <Id label={t("proof.fingerprint")}>{fingerprint}</Id>
              </Fact>
              <Fact name={t("proof.checked")}>
                <Time at={checkedAt} />
              </Fact>
            </Facts>
            <div>
              <Button small busy={read.isFetching} onClick={() => void read.refetch()}>
                {t("proof.again")}
              </Button>
            </div>
          </div>
        )}
      </Loaded>
    </Section>
  );
}
