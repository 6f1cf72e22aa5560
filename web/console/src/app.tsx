/* The console: providers from the outside in, then the pages. */
import { QueryClientProvider, useQueryClient } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import { createBrowserRouter, Navigate, Route, RouterProvider, Routes, useLocation, useParams } from "react-router";
import { onRoleRefused, onSignedOut } from "./api/client";
import { newQueryClient, useUser } from "./api/queries";
import { keys } from "./api/read-keys";
import type { User } from "./api/types";
import { TextProvider } from "./i18n/i18n";
import { loadPart } from "./load-part";
import { fetchOthers, pages } from "./pages";
import { leftAccount, sessionMark, useSessionActs } from "./session";
import { ThemeProvider } from "./theme/theme";
import { Crash } from "./ui/crash";
import { claimDrafts } from "./ui/draft";
import { Frame } from "./ui/frame";
import { late } from "./ui/late";
import { LeavingGuard } from "./ui/leaving";
import { Failed, Waiting } from "./ui/loaded";
import { mayOf } from "./ui/may";
import { Announcer } from "./ui/notify";
import { localPath, loginPath } from "./ui/path";
import { wants } from "./ui/tell-ways";

const Login = late(pages.login, true);
const Register = late(pages.register, true);
const Forgot = late(pages.forgot, true);
const VerifyEmail = late(pages.verifyEmail, true);
const ResetPassword = late(pages.resetPassword, true);
const Join = late(pages.join, true);
const Home = late(pages.home);
const Shops = late(pages.shops);
const ShopPage = late(pages.shop);
const Inbox = late(pages.inbox);
const Visitors = late(pages.visitors);
const People = late(pages.people);
const OnePerson = late(pages.person);
const Knowledge = late(pages.knowledge);
const Numbers = late(pages.numbers);
const Billing = late(pages.billing);
const Buying = late(pages.buying);
const Spending = late(pages.spending);
const OrderPage = late(pages.order);
const SettingsPage = late(pages.settings);
const Today = late(pages.today);
const Customers = late(pages.customers);
const CustomerPage = late(pages.customer);
const Renewals = late(pages.renewals);
const OperatorShops = late(pages.operatorShops);
const OperatorShop = late(pages.operatorShop);
const Jobs = late(pages.jobs);
const JobSkips = late(pages.jobSkips);
const Deliveries = late(pages.deliveries);
const DeliveryPage = late(pages.delivery);
const SitePages = late(pages.sitePages);
const OperatorAudit = late(pages.operatorAudit);
const Sales = late(pages.sales);
const SalePage = late(pages.sale);
const MoneyPage = late(pages.money);
const CataloguePage = late(pages.catalogue);
const NotFound = late(pages.notFound);

/** Hardly ever asked for, and then the network is needed anyway. */
const SignInAgain = lazy(() =>
  loadPart(() => import("./ui/sign-in-again")).then(({ SignInAgain: again }) => ({ default: again })),
);

/** As seldom: who was removed from the account that the page shows, or belongs to none. */
const Outside = lazy(() => loadPart(() => import("./ui/outside")).then(({ Outside: out }) => ({ default: out })));

/** Nobody misses it when it does not come: the page that is open works without. */
const Elsewhere = lazy(() => loadPart(pages.elsewhere).catch(() => ({ default: () => null })));

/** On every other page than the inbox, which tells by itself. An agent hears there too that their role is another now:
 * the account's own events are not for them. */
function ToldElsewhere({ books }: { books: boolean }) {
  const { pathname } = useLocation();
  if (pathname.startsWith("/inbox") || (books && !wants("sound") && !wants("show"))) return null;
  return (
    <Suspense fallback={null}>
      <Elsewhere />
    </Suspense>
  );
}

/** Another role sees and may do another part of what is on the screen. */
function useRole(role: string | undefined): void {
  const queries = useQueryClient();
  const before = useRef(role);
  useEffect(() => {
    if (before.current !== undefined && role !== undefined && before.current !== role) void queries.invalidateQueries();
    before.current = role;
  }, [queries, role]);
}

/** Only for people who are signed in; others sign in first and come back. Whose session ends on a page keeps the page. */
function SignedIn({ children }: { children: (user: User, here: boolean) => ReactNode }) {
  const read = useUser();
  const { forget } = useSessionActs();
  const { pathname, search } = useLocation();
  const [known, setKnown] = useState<User | null>(null);
  const user = read.data?.user ?? null;
  const left = leftAccount(known, user);
  const out = left !== null;
  if (user !== null && user !== known && !out) setKnown(user);
  useRole(user?.account?.role);
  if (user !== null) claimDrafts(user.id, user.account?.id ?? 0);
  const isIn = user !== null;
  const gone = read.data !== undefined && !isIn && (known === null || !sessionMark.isSet());
  useEffect(() => {
    if (isIn) sessionMark.set();
  }, [isIn]);
  useEffect(() => {
    if (gone || out) forget();
  }, [gone, out, forget]);
  if (read.data === undefined) {
    return (
      <main className="whole">
        {read.isError ? <Failed cause={read.error} again={() => void read.refetch()} /> : <Waiting />}
      </main>
    );
  }
  if (gone) return <Navigate to={loginPath(pathname + search)} state={{ ended: sessionMark.isSet() }} replace />;
  const nowhere = isIn && user.role !== "operator" && user.account === null && !pathname.startsWith("/settings");
  if (isIn && (out || nowhere)) {
    return (
      <Suspense fallback={null}>
        <Outside user={user} left={left} />
      </Suspense>
    );
  }
  if (isIn) return children(user, true);
  return (
    known !== null && (
      <>
        {children(known, false)}
        <Suspense fallback={null}>
          <SignInAgain user={known} />
        </Suspense>
      </>
    )
  );
}

/** Sign-in pages: whoever is signed in already goes on. */
function SignedOut({ children }: { children: ReactNode }) {
  const { data } = useUser();
  const { search } = useLocation();
  if (data !== undefined && data.user !== null) {
    return <Navigate to={localPath(new URLSearchParams(search).get("next"))} replace />;
  }
  return children;
}

/** Addresses of 0.1.0: bookmarks and mails have them. */
function OldCustomer() {
  const { id = "" } = useParams();
  return <Navigate to={`/operator/customers/${id}`} replace />;
}

function FramedRoutes({ user }: { user: User }) {
  const { pathname } = useLocation();
  const operator = user.role === "operator";
  const { books } = mayOf(user);
  const start = operator ? "/operator" : books ? "/home" : "/inbox";
  useEffect(() => fetchOthers(user.role), [user.role]);
  const to = (path: string) => <Navigate to={path} replace />;
  return (
    <Crash at={pathname}>
      <Suspense fallback={<Waiting height={480} />}>
        <Routes>
          <Route path="/" element={to(start)} />
          <Route path="/dashboard" element={to(start)} />
          <Route path="/audit" element={to(books ? "/settings/activity" : start)} />
          <Route path="/security" element={to("/settings/security")} />
          <Route path="/settings" element={to("/settings/profile")} />
          <Route path="/home" element={operator || !books ? to(start) : <Home />} />
          <Route path="/shops" element={<Shops />} />
          <Route path="/shops/:id" element={<ShopPage />} />
          <Route path="/shops/:id/:part" element={<ShopPage />} />
          <Route path="/inbox" element={<Inbox />} />
          <Route path="/inbox/:id" element={<Inbox />} />
          <Route path="/visitors" element={<Visitors />} />
          <Route path="/customers" element={<People />} />
          <Route path="/customers/:id" element={<OnePerson />} />
          <Route path="/knowledge" element={<Knowledge />} />
          <Route path="/knowledge/:shop" element={<Knowledge />} />
          <Route path="/knowledge/:shop/:part" element={<Knowledge />} />
          <Route path="/numbers" element={<Numbers />} />
          <Route path="/billing" element={<Billing />} />
          <Route path="/billing/spending" element={<Spending />} />
          <Route path="/billing/:part" element={<Buying />} />
          <Route path="/orders/:number" element={<OrderPage />} />
          <Route path="/settings/:part" element={<SettingsPage />} />
          {operator && (
            <>
              <Route path="/operator" element={<Today />} />
              <Route path="/operator/accounts" element={to("/operator/customers")} />
              <Route path="/operator/accounts/:id" element={<OldCustomer />} />
              <Route path="/operator/customers" element={<Customers />} />
              <Route path="/operator/customers/:id" element={<CustomerPage />} />
              <Route path="/operator/customers/:id/:part" element={<CustomerPage />} />
              <Route path="/operator/renewals" element={<Renewals />} />
              <Route path="/operator/shops" element={<OperatorShops />} />
              <Route path="/operator/shops/:id" element={<OperatorShop />} />
              <Route path="/operator/jobs" element={<Jobs />} />
              <Route path="/operator/jobs/skips" element={<JobSkips />} />
              <Route path="/operator/deliveries" element={<Deliveries />} />
              <Route path="/operator/deliveries/:id" element={<DeliveryPage />} />
              <Route path="/operator/pages" element={to("/operator/pages/terms")} />
              <Route path="/operator/pages/:part" element={<SitePages />} />
              <Route path="/operator/audit" element={<OperatorAudit />} />
              <Route path="/operator/orders" element={<Sales />} />
              <Route path="/operator/orders/:number" element={<SalePage />} />
              <Route path="/operator/money/prices" element={to("/operator/catalogue/prices")} />
              <Route path="/operator/money/:part" element={<MoneyPage />} />
              <Route path="/operator/catalogue/:part" element={<CataloguePage />} />
            </>
          )}
          <Route path="*" element={<NotFound />} />
        </Routes>
      </Suspense>
    </Crash>
  );
}

/** Whoever answers customers sees none of these. */
const BOOKS = /^\/(shops|billing|orders)(\/|$)/;

function FramedPages() {
  const { pathname } = useLocation();
  return (
    <SignedIn>
      {(user, here) => (
        <Frame user={user} here={here}>
          {BOOKS.test(pathname) && !mayOf(user).books ? (
            <Suspense fallback={null}>
              <NotFound />
            </Suspense>
          ) : (
            <FramedRoutes user={user} />
          )}
          {here && user.role !== "operator" && <ToldElsewhere books={mayOf(user).books} />}
          <LeavingGuard />
        </Frame>
      )}
    </SignedIn>
  );
}

function Pages() {
  const { signedOut } = useSessionActs();
  const queries = useQueryClient();
  useEffect(() => onSignedOut(signedOut), [signedOut]);
  useEffect(() => onRoleRefused(() => void queries.invalidateQueries({ queryKey: keys.user })), [queries]);
  return (
    <Suspense fallback={null}>
      <Routes>
        <Route path="/login" element={<SignedOut children={<Login />} />} />
        <Route path="/register" element={<SignedOut children={<Register />} />} />
        <Route path="/forgot" element={<SignedOut children={<Forgot />} />} />
        <Route path="/auth/verify-email" element={<VerifyEmail />} />
        <Route path="/auth/join" element={<Join />} />
        <Route path="/auth/reset-password" element={<ResetPassword />} />
        <Route path="*" element={<FramedPages />} />
      </Routes>
    </Suspense>
  );
}

// One route for all: the routes inside are ours. A router with data is needed for asking before a page is left.
const router = createBrowserRouter([{ path: "*", Component: Pages }]);

export function App() {
  const [queries] = useState(newQueryClient);
  return (
    <TextProvider>
      <ThemeProvider>
        <Crash>
          <QueryClientProvider client={queries}>
            <Announcer>
              <RouterProvider router={router} />
            </Announcer>
          </QueryClientProvider>
        </Crash>
      </ThemeProvider>
    </TextProvider>
  );
}
