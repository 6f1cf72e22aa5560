/* Names for what the API answers, all taken from the generated description: nothing here is written by hand, so a
 * change of the server's tables reaches the screens as a type error. Derived from paths rather than from the
 * description's named schemas, because a path is the contract and a schema's name is not. */
import type { paths } from "../../../shared/api.gen";

type Json<R> = R extends { content: { "application/json": infer T } } ? T : never;
type Responses<P extends keyof paths, M extends keyof paths[P]> = paths[P][M] extends { responses: infer R }
  ? R
  : never;
type Success<R> = { [S in keyof R]: S extends 200 | 201 | 202 ? Json<R[S]> : never }[keyof R];
export type Answer<P extends keyof paths, M extends keyof paths[P]> = Success<Responses<P, M>>;
/** What is sent there as JSON. */
export type Body<P extends keyof paths, M extends keyof paths[P]> = paths[P][M] extends {
  requestBody: { content: { "application/json": infer B } };
}
  ? B
  : never;

export type User = NonNullable<Answer<"/api/user", "get">["user"]>;
export type Membership = NonNullable<User["account"]>;
export type Shop = Answer<"/api/shops", "get">["shops"][number];
export type Chatbot = Answer<"/api/shops/{id}/chatbot", "get">;
export type ChatbotState = Chatbot["state"];
export type ChatbotStep = Chatbot["steps"][number];
export type Secret = Answer<"/api/shops/{id}/secrets", "get">["secrets"][number];
export type SecretKind = Secret["kind"];
export type Transaction = Answer<"/api/billing/transactions", "get">["transactions"][number];
export type AuditEntry = Answer<"/api/audit", "get">["entries"][number];
export type OperatorAuditEntry = Answer<"/api/operator/audit", "get">["entries"][number];
type Query<P extends keyof paths> = paths[P] extends { get: { parameters: { query?: infer Q } } }
  ? NonNullable<Q>
  : never;
/** What a list is narrowed to, without its page. */
export type LedgerFilter = Pick<Query<"/api/billing/transactions">, "from" | "to" | "reason" | "search" | "shop">;
export type AuditFilter = Pick<Query<"/api/operator/audit">, "from" | "to" | "action" | "account" | "shop">;
export type Subscription = NonNullable<Chatbot["subscription"]>;
export type Attention = Answer<"/api/home", "get">["attention"][number];
export type FailingRenewal = Answer<"/api/operator/renewals", "get">["renewals"][number];
export type SitePage = Answer<"/api/operator/pages/{name}", "get">;
export type SitePageName = SitePage["name"];
export type Found = Answer<"/api/search", "get">["results"][number];
export type Member = Answer<"/api/operator/accounts/{id}", "get">["members"][number];
export type ChatSettings = Answer<"/api/shops/{id}/chatbot/settings", "get">;
export type ChatSettingsBody =
  paths["/api/shops/{id}/chatbot/settings"]["put"]["requestBody"]["content"]["application/json"];
export type Installation = Answer<"/api/shops/{id}/chatbot/installation", "get">;
export type TriedReply = Answer<"/api/shops/{id}/chatbot/try", "post">["replies"][number];
export type PresentVisitor = Answer<"/api/visitors", "get">["visitors"][number];
export type KnownCustomer = Answer<"/api/customers", "get">["customers"][number];
export type CustomersAsked = Pick<Query<"/api/customers">, "search" | "shop" | "sort" | "from" | "to">;
export type CustomerOrder = Answer<"/api/customers/{id}", "get">["orders"][number];
export type CustomerTalk = Answer<"/api/customers/{id}/conversations", "get">["conversations"][number];
export type Gap = Answer<"/api/numbers/gaps", "get">["gaps"][number];
export type HomeFigures = Answer<"/api/home/figures", "get">;
export type HomeFigure = HomeFigures["balance"];
export type NumbersAsked = Pick<Query<"/api/numbers">, "shop" | "days">;
export type Numbers = Answer<"/api/numbers", "get">;
export type NumbersSum = Numbers["all"];
export type NumbersDay = Numbers["days"][number];
export type InboxItem = Answer<"/api/inbox", "get">["items"][number];
export type InboxFilter = NonNullable<Query<"/api/inbox">["filter"]>;
export type InboxThread = Answer<"/api/inbox/{id}", "get">;
export type CustomerErased = Answer<"/api/inbox/{id}/customer", "delete">;
export type CustomerPage = Answer<"/api/inbox/{id}/customer", "get">;
export type InboxConversation = InboxThread["conversation"];
export type InboxMessage = InboxThread["messages"][number];
export type InboxNote = InboxThread["notes"][number];
export type ChatLabel = Answer<"/api/labels", "get">["labels"][number];
export type CannedReply = Answer<"/api/replies", "get">["replies"][number];
export type Colleague = Answer<"/api/inbox/colleagues", "get">["colleagues"][number];
/** Which conversations: one of the states, or what carries a label, or in which words stand; of all shops, or of one. */
export type InboxAsked = Pick<Query<"/api/inbox">, "filter" | "label" | "search" | "shop">;
export type OnboardingStep = Answer<"/api/onboarding", "get">["steps"][number];
export type Session = Answer<"/auth/sessions", "get">["sessions"][number];
export type Config = Answer<"/api/config", "get">;
export type OperatorNote = Answer<"/api/operator/accounts/{id}/notes", "get">["notes"][number];
export type Account = Answer<"/api/operator/accounts", "get">["accounts"][number];
export type Job = Answer<"/api/operator/jobs", "get">["jobs"][number];
export type JobState = Exclude<
  NonNullable<NonNullable<paths["/api/operator/jobs"]["get"]["parameters"]["query"]>["state"]>,
  "all"
>;
export type JobFilter = Pick<Query<"/api/operator/jobs">, "state" | "scheduled" | "account" | "from" | "to">;
export type JobSkip = Answer<"/api/operator/jobs/skips", "get">["skips"][number];
export type Delivery = Answer<"/api/operator/deliveries", "get">["deliveries"][number];
export type DeliveryFilter = Pick<Query<"/api/operator/deliveries">, "from" | "to" | "state" | "sender" | "account">;
export type DeliveryContents = Answer<"/api/operator/deliveries/{id}", "get">;
export type ListedShop = Answer<"/api/operator/shops", "get">["shops"][number];
export type AccountFilter = Pick<Query<"/api/operator/accounts">, "search" | "sort" | "state" | "from" | "to">;
export type HouseFilter = Pick<Query<"/api/operator/shops">, "search" | "state" | "sort">;
export type HouseShop = Answer<"/api/operator/shops/{id}", "get">;
export type TeamMember = Answer<"/api/team", "get">["members"][number];
export type Invitation = Answer<"/api/team", "get">["invitations"][number];
export type TeamPresence = Answer<"/api/team/presence", "get">["members"][number];
export type Role = TeamMember["role"];
export type Invited = Answer<"/auth/invitation", "post">;
export type SsoLaunch = Answer<"/api/shops/{id}/sso/launch", "post">;
