/* The audit trail's table as a part of a page whose other parts do not wait for its words. */
export { AuditTable as default } from "./audit-table";
