/* All about one shop: whose it is, its chatbot and what pays for it, the work behind it, what was delivered, what was
 * done to it. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { useOperatorPlan } from "../../api/money";
import { toProblem } from "../../api/problem";
import { useAccountTransactions, useDeliveries, useHouseShop, useJobs, useOperatorAudit } from "../../api/queries";
import { keys } from "../../api/read-keys";
import type { HouseShop, Job } from "../../api/types";
import { also } from "../../i18n/also";
import { useText } from "../../i18n/i18n";
import { fetchPart } from "../../load-part";
import { idOf } from "../../ui/address";
import { DeliveryTable } from "../../ui/delivery-table";
import { Day, Fact, Facts, Id, LastDay, Person, Time } from "../../ui/facts";
import { JobTable } from "../../ui/job-table";
import { late } from "../../ui/late";
import { Loaded, Together } from "../../ui/loaded";
import { Detail, Page, Section } from "../../ui/page";
import { StatusPill } from "../../ui/pill";
import { TransactionTable } from "../../ui/transactions";
import NotFound from "../not-found";
import { PlanOf, ShopSwitch } from "./shop-plan";

/** Of the newest: the whole is a press away. */
const SHOWN = 10;

/** The words of the trail are many: they come while its rows are read. */
const loadTrail = also(
  "audit",
  also("said", () => import("../../ui/trail")),
);
const AuditTable = late(loadTrail);
const useTrailPart = () =>
  useQuery({ queryKey: keys.trailPart, queryFn: () => fetchPart(loadTrail).then(() => true), staleTime: Infinity });

const isOfShop = (job: Job, shop: HouseShop) =>
  job.id === shop.job || (job.kind.startsWith("tenants.") && job.ref === shop.id);

function Chatbot({ shop }: { shop: HouseShop }) {
  const { t, known } = useText();
  return (
    <Section title={t("house.chatbot")}>
      <Facts>
        <Fact name={t("customer.state")}>
          <StatusPill state={shop.deletedAt === null ? shop.chatbot_state : "off"} />
        </Fact>
        {shop.error !== null && (
          <Fact name={t("house.error")}>
            <span className="break">{known(`problem.${shop.error}`) ?? shop.error}</span>
          </Fact>
        )}
        <Fact name={t("house.backend")}>
          {shop.backend === null ? "—" : (known(`chatbot.backend.${shop.backend}`) ?? shop.backend)}
        </Fact>
        <Fact name={t("house.bot")}>{shop.botName === null || shop.botName === "" ? "—" : shop.botName}</Fact>
        <Fact name={t("house.enabledAt")}>{shop.enabledAt === null ? "—" : <Time at={shop.enabledAt} />}</Fact>
      </Facts>
    </Section>
  );
}

function Subscribed({ shop: { subscription } }: { shop: HouseShop }) {
  const { t, known } = useText();
  return (
    <Section title={t("house.subscription")}>
      {subscription === null ? (
        <p className="muted">{t("house.noSubscription")}</p>
      ) : (
        <Facts>
          <Fact name={t("customer.state")}>
            <StatusPill state={subscription.status} />
          </Fact>
          <Fact name={t("house.source")}>{known(`subscription.${subscription.source}`) ?? subscription.source}</Fact>
          <Fact name={t("house.renews")}>{t(subscription.renews ? "house.yes" : "house.no")}</Fact>
          <Fact name={t("house.startedAt")}>
            <Day at={subscription.startedAt} />
          </Fact>
          <Fact name={t("house.expiresAt")}>
            <LastDay at={subscription.expiresAt} />
          </Fact>
          {subscription.pastDueAt !== null && (
            <Fact name={t("house.pastDueAt")}>
              <Day at={subscription.pastDueAt} />
            </Fact>
          )}
        </Facts>
      )}
    </Section>
  );
}

type Read = ReturnType<typeof useOperatorAudit>;

/** An operator says why, in the trail; its merchant does not. Behind it stands what was done since. */
function whyDeleted({ data }: Read): string | undefined {
  const last = data?.pages.flat().find(({ action }) => action === "shop_soft_deleted");
  const why: unknown = last?.details.reason;
  return typeof why === "string" ? why : undefined;
}

function About({ shop, trail }: { shop: HouseShop; trail: Read }) {
  const { t } = useText();
  return (
    <Section card title={t("house.about")}>
      <Facts>
        <Fact name={t("customer.one")}>
          <Person id={shop.account} email={shop.email} name={shop.email} />
        </Fact>
        <Fact name={t("shop.domain")}>{shop.domain === null ? "—" : <Id>{shop.domain}</Id>}</Fact>
        <Fact name={t("house.number")}>
          <Id>{`shop-${shop.id}`}</Id>
        </Fact>
        {shop.botId !== null && (
          <Fact name={t("house.botId")}>
            <Id>{shop.botId}</Id>
          </Fact>
        )}
        <Fact name={t("house.created")}>
          <Time at={shop.createdAt} />
        </Fact>
        {shop.suspendedAt !== null && (
          <>
            <Fact name={t("house.suspendedAt")}>
              <Time at={shop.suspendedAt} />
            </Fact>
            <Fact name={t("field.reason")}>
              <span className="break">{shop.suspendedReason}</span>
            </Fact>
          </>
        )}
        {shop.deletedAt !== null && (
          <>
            <Fact name={t("house.deletedAt")}>
              <Time at={shop.deletedAt} />
            </Fact>
            <Fact name={t("field.reason")}>
              {trail.data === undefined ? (
                "…"
              ) : (
                <span className="break">{whyDeleted(trail) ?? t("house.byItself")}</span>
              )}
            </Fact>
          </>
        )}
        {shop.purgeAt !== null && (
          <Fact name={t("house.purgeAt")}>
            <Time at={shop.purgeAt} />
          </Fact>
        )}
      </Facts>
    </Section>
  );
}

function Work({ shop, read }: { shop: HouseShop; read: ReturnType<typeof useJobs> }) {
  const { t } = useText();
  return (
    <Section
      title={t("nav.jobs")}
      extra={<Link to={`/operator/jobs?account=${shop.account}`}>{t("house.allOfCustomer")}</Link>}
    >
      <Loaded read={read}>
        {({ pages }) => (
          <JobTable
            rows={pages
              .flat()
              .filter((job) => isOfShop(job, shop))
              .slice(0, SHOWN)}
          />
        )}
      </Loaded>
    </Section>
  );
}

function Money({ shop, read }: { shop: HouseShop; read: ReturnType<typeof useAccountTransactions> }) {
  const { t } = useText();
  return (
    <Section
      title={t("ledger.title")}
      extra={<Link to={`/operator/customers/${shop.account}?shop=${shop.id}`}>{t("house.whole")}</Link>}
    >
      <Loaded read={read}>
        {({ pages }) => (
          <TransactionTable rows={pages.flat().slice(0, SHOWN)} names={{ [shop.id]: shop.shop_name }} narrow />
        )}
      </Loaded>
    </Section>
  );
}

function Delivered({ shop, read }: { shop: HouseShop; read: ReturnType<typeof useDeliveries> }) {
  const { t } = useText();
  return (
    <Section
      title={t("nav.deliveries")}
      extra={<Link to={`/operator/deliveries?account=${shop.account}`}>{t("house.allOfCustomer")}</Link>}
    >
      <Loaded read={read}>
        {({ pages }) => <DeliveryTable rows={pages.flat().slice(0, SHOWN)} empty={t("house.noDeliveries")} />}
      </Loaded>
    </Section>
  );
}

function Trail({ shop, read }: { shop: HouseShop; read: Read }) {
  const { t } = useText();
  return (
    <Section
      title={t("nav.operatorAudit")}
      extra={<Link to={`/operator/audit?account=${shop.account}&shop=${shop.id}`}>{t("house.whole")}</Link>}
    >
      <Loaded read={read}>{({ pages }) => <AuditTable rows={pages.flat().slice(0, SHOWN)} narrow operator />}</Loaded>
    </Section>
  );
}

/** How many rows each list has is known to nobody before it is read: they are shown when all have answered. */
function Whole({ shop }: { shop: HouseShop }) {
  const work = useJobs({ state: "all", account: shop.account });
  const money = useAccountTransactions(shop.account, { shop: shop.id });
  const delivered = useDeliveries({ account: shop.account });
  const trail = useOperatorAudit({ account: shop.account, shop: shop.id });
  const plan = useOperatorPlan(shop.id);
  const part = useTrailPart();
  return (
    <Together reads={[work, money, delivered, trail, plan, part]}>
      <Detail
        main={
          <>
            <Chatbot shop={shop} />
            <Subscribed shop={shop} />
            <PlanOf read={plan} deleted={shop.deletedAt !== null} />
          </>
        }
        side={<About shop={shop} trail={trail} />}
      />
      <Work shop={shop} read={work} />
      <Money shop={shop} read={money} />
      <Delivered shop={shop} read={delivered} />
      <Trail shop={shop} read={trail} />
      <ShopSwitch shop={shop} plan={plan.data?.plan ?? null} />
    </Together>
  );
}

function OneShop({ id }: { id: number }) {
  const { t } = useText();
  const read = useHouseShop(id);
  if (read.isError && toProblem(read.error).status === 404) return <NotFound />;
  const shop = read.data;
  return (
    <Page
      title={shop === undefined || shop.shop_name === "" ? t("house.one", { id }) : shop.shop_name}
      back={{ to: "/operator/shops", text: t("house.title") }}
      intro={
        shop !== undefined &&
        shop.status !== "active" && <StatusPill state={shop.status === "suspended" ? "paused" : shop.status} />
      }
    >
      {/* As high as the lists' wait behind it. */}
      <Loaded read={read} height={640}>
        {(found) => <Whole shop={found} />}
      </Loaded>
    </Page>
  );
}

export default function OperatorShopPage() {
  const id = idOf(useParams().id ?? "");
  return id === undefined ? <NotFound /> : <OneShop id={id} key={id} />;
}
