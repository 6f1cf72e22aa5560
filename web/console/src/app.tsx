/* The console: providers from the outside in, then the pages. Each page is its own file in the browser too; the first
 * visit loads the frame and one page. */
import { QueryClientProvider } from "@tanstack/react-query";
import { App as AntApp, ConfigProvider } from "antd";
import antEn from "antd/locale/en_US";
import antZh from "antd/locale/zh_CN";
import { type ReactNode, Suspense, useEffect, useState } from "react";
import { BrowserRouter, Navigate, Route, Routes, useLocation } from "react-router";
import { onSignedOut } from "./api/client";
import { newQueryClient, useUser } from "./api/queries";
import type { User } from "./api/types";
import { TextProvider, useText } from "./i18n/i18n";
import { fetchAhead } from "./load-part";
import { sessionMark, useSessionActs } from "./session";
import { antdTheme, ThemeProvider, useTheme } from "./theme/theme";
import { Crash } from "./ui/crash";
import { Frame } from "./ui/frame";
import { late } from "./ui/late";
import { Failed, Waiting } from "./ui/loaded";
import { Announcer } from "./ui/notify";
import { localPath, loginPath } from "./ui/path";

const pages = {
  login: () => import("./pages/login"),
  register: () => import("./pages/register"),
  forgot: () => import("./pages/forgot"),
  verifyEmail: () => import("./pages/verify-email"),
  resetPassword: () => import("./pages/reset-password"),
  home: () => import("./pages/home"),
  shops: () => import("./pages/shops"),
  shop: () => import("./pages/shop/shop"),
  billing: () => import("./pages/billing"),
  audit: () => import("./pages/audit"),
  security: () => import("./pages/security"),
  overview: () => import("./pages/operator/overview"),
  accounts: () => import("./pages/operator/accounts"),
  account: () => import("./pages/operator/account"),
  jobs: () => import("./pages/operator/jobs"),
  operatorAudit: () => import("./pages/operator/audit"),
  notFound: () => import("./pages/not-found"),
};
const Login = late(pages.login, true);
const Register = late(pages.register, true);
const Forgot = late(pages.forgot, true);
const VerifyEmail = late(pages.verifyEmail, true);
const ResetPassword = late(pages.resetPassword, true);
const Home = late(pages.home);
const Shops = late(pages.shops);
const ShopPage = late(pages.shop);
const Billing = late(pages.billing);
const Audit = late(pages.audit);
const Security = late(pages.security);
const Overview = late(pages.overview);
const Accounts = late(pages.accounts);
const AccountPage = late(pages.account);
const Jobs = late(pages.jobs);
const OperatorAudit = late(pages.operatorAudit);
const NotFound = late(pages.notFound);

const AHEAD_AFTER_MS = 2000;
const AHEAD = {
  merchant: [pages.home, pages.shops, pages.shop, pages.billing, pages.audit, pages.security, pages.notFound],
  operator: [pages.overview, pages.accounts, pages.account, pages.jobs, pages.operatorAudit, pages.security],
};

/** Only for people who are signed in; others sign in first and come back. */
function SignedIn({ children }: { children: (user: User) => ReactNode }) {
  const read = useUser();
  const { pathname, search } = useLocation();
  const isIn = read.data !== undefined && read.data.user !== null;
  useEffect(() => {
    if (isIn) sessionMark.set();
  }, [isIn]);
  if (read.data === undefined) {
    return (
      <main className="whole">
        {read.isError ? <Failed cause={read.error} again={() => void read.refetch()} /> : <Waiting />}
      </main>
    );
  }
  if (read.data.user === null) {
    return <Navigate to={loginPath(pathname + search)} state={{ ended: sessionMark.isSet() }} replace />;
  }
  return children(read.data.user);
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

function FramedRoutes({ user }: { user: User }) {
  const { pathname } = useLocation();
  const operator = user.role === "operator";
  useEffect(() => fetchAhead(operator ? AHEAD.operator : AHEAD.merchant, AHEAD_AFTER_MS), [operator]);
  return (
    <Crash at={pathname}>
      <Suspense fallback={<Waiting rows={6} />}>
        <Routes>
          <Route path="/" element={operator ? <Navigate to="/operator" replace /> : <Home />} />
          <Route path="/dashboard" element={<Home />} />
          <Route path="/shops" element={<Shops />} />
          <Route path="/shops/:id" element={<ShopPage />} />
          <Route path="/shops/:id/:tab" element={<ShopPage />} />
          <Route path="/billing" element={<Billing />} />
          <Route path="/audit" element={<Audit />} />
          <Route path="/security" element={<Security />} />
          {operator && (
            <>
              <Route path="/operator" element={<Overview />} />
              <Route path="/operator/accounts" element={<Accounts />} />
              <Route path="/operator/accounts/:id" element={<AccountPage />} />
              <Route path="/operator/jobs" element={<Jobs />} />
              <Route path="/operator/audit" element={<OperatorAudit />} />
            </>
          )}
          <Route path="*" element={<NotFound />} />
        </Routes>
      </Suspense>
    </Crash>
  );
}

function FramedPages() {
  return (
    <SignedIn>
      {(user) => (
        <Frame user={user}>
          <FramedRoutes user={user} />
        </Frame>
      )}
    </SignedIn>
  );
}

function Pages() {
  const { signedOut } = useSessionActs();
  useEffect(() => onSignedOut(signedOut), [signedOut]);
  return (
    <Suspense fallback={null}>
      <Routes>
        <Route path="/login" element={<SignedOut children={<Login />} />} />
        <Route path="/register" element={<SignedOut children={<Register />} />} />
        <Route path="/forgot" element={<SignedOut children={<Forgot />} />} />
        <Route path="/auth/verify-email" element={<VerifyEmail />} />
        <Route path="/auth/reset-password" element={<ResetPassword />} />
        <Route path="*" element={<FramedPages />} />
      </Routes>
    </Suspense>
  );
}

function Styled({ children }: { children: ReactNode }) {
  const { lang } = useText();
  const { dark } = useTheme();
  return (
    <ConfigProvider
      locale={lang === "en" ? antEn : antZh}
      theme={antdTheme(dark)}
      button={{ autoInsertSpace: false }}
      form={{ requiredMark: "optional" }}
    >
      <AntApp component={false} message={{ maxCount: 3 }}>
        {children}
      </AntApp>
    </ConfigProvider>
  );
}

export function App() {
  const [queries] = useState(newQueryClient);
  return (
    <TextProvider>
      <ThemeProvider>
        <Crash>
          <QueryClientProvider client={queries}>
            <Styled>
              <Announcer>
                <BrowserRouter>
                  <Pages />
                </BrowserRouter>
              </Announcer>
            </Styled>
          </QueryClientProvider>
        </Crash>
      </ThemeProvider>
    </TextProvider>
  );
}
