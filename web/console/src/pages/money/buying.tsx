/* Plans, what one of them comes to, orders and invoices. The part is in the address. */
import { useParams } from "react-router";
import NotFound from "../not-found";
import { BuyPage } from "./buy";
import { InvoicesPage } from "./invoices";
import { OrdersPage } from "./orders";
import { PlanPage } from "./plan";

const PARTS = ["plan", "buy", "orders", "invoices"] as const;
const PAGES = { plan: PlanPage, buy: BuyPage, orders: OrdersPage, invoices: InvoicesPage };

export default function Buying() {
  const { part = "" } = useParams();
  const here = PARTS.find((one) => one === part);
  const Shown = here === undefined ? NotFound : PAGES[here];
  return <Shown />;
}
