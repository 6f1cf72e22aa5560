/* The names under which what was read is kept. Live events and finished submits name these keys to have them read again;
 * a key's first parts are therefore the thing, its later parts the page. Apart from the hooks, so that the shared worker
 * does not carry them. */
import type { AuditFilter, DeliveryFilter, HouseFilter, JobFilter, LedgerFilter } from "./types";

export const keys = {
  user: ["user"],
  config: ["config"],
  shops: ["shops"],
  deletedShops: ["shops", "deleted"],
  shop: (id: number) => ["shop", id],
  chatbot: (id: number) => ["shop", id, "chatbot"],
  secrets: (id: number) => ["shop", id, "secrets"],
  billing: ["billing"],
  summary: ["billing", "summary"],
  transactions: (filter: LedgerFilter) => ["billing", "transactions", filter],
  attention: ["attention"],
  onboarding: ["onboarding"],
  audit: ["audit"],
  auditList: (filter: AuditFilter) => ["audit", filter],
  found: (typed: string) => ["found", typed],
  sessions: ["sessions"],
  operator: ["operator"],
  overview: ["operator", "overview"],
  accounts: ["operator", "accounts"],
  accountList: (search: string) => ["operator", "accounts", "list", search],
  account: (id: number) => ["operator", "accounts", id],
  accountTransactions: (id: number, filter: LedgerFilter) => ["operator", "accounts", id, "transactions", filter],
  renewals: ["operator", "renewals"],
  grantPreview: (email: string, amount: number, kind: string) => ["operator", "grant", email, amount, kind],
  jobs: ["operator", "jobs"],
  jobList: (filter: JobFilter) => ["operator", "jobs", filter],
  jobSkips: ["operator", "jobs", "skips"],
  houseList: (filter: HouseFilter) => ["operator", "shops", filter],
  houseShop: (id: number) => ["operator", "shops", id],
  deliveries: ["operator", "deliveries"],
  deliveryList: (filter: DeliveryFilter) => ["operator", "deliveries", filter],
  deliveryRow: (id: number) => ["operator", "deliveries", id],
  // Not under the list: each look is written down, so it is read once, when a person asks.
  delivery: (id: number) => ["operator-delivery", id],
  operatorAudit: ["operator", "audit"],
  operatorAuditList: (filter: AuditFilter) => ["operator", "audit", filter],
} as const;
