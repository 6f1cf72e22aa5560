/* The console: providers from the outside in, then the pages. Each page is its own file in the browser too; the first
 * visit loads the frame and one page. */
import { QueryClientProvider } from "@tanstack/react-query";
import { App as AntApp, ConfigProvider } from "antd";
import antEn from "antd/locale/en_US";
import antZh from "antd/locale/zh_CN";
import { type ComponentType, lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { BrowserRouter, Navigate, Route, Routes, useLocation } from "react-router";
import { onSignedOut } from "./api/client";
import { newQueryClient, useUser } from "./api/queries";
import type { User } from "./api/types";
import { TextProvider, useText } from "./i18n/i18n";
import { useSessionActs } from "./session";
import { antdTheme, ThemeProvider, useTheme } from "./theme/theme";
import { Crash } from "./ui/crash";
import { Frame } from "./ui/frame";
import { Failed, Waiting } from "./ui/loaded";
import { Announcer } from "./ui/notify";
import { localPath, loginPath } from "./ui/path";

type Page = () => Promise<{ default: ComponentType }>;
const page = (load: Page) => lazy(load);

const Login = page(() => import("./pages/login"));
const Register = page(() => import("./pages/register"));
const Forgot = page(() => import("./pages/forgot"));
const VerifyEmail = page(() => import("./pages/verify-email"));
const ResetPassword = page(() => import("./pages/reset-password"));
const Home = page(() => import("./pages/home"));
const Shops = page(() => import("./pages/shops"));
const ShopPage = page(() => import("./pages/shop/shop"));
const Billing = page(() => import("./pages/billing"));
const Audit = page(() => import("./pages/audit"));
const Security = page(() => import("./pages/security"));
const Overview = page(() => import("./pages/operator/overview"));
const Accounts = page(() => import("./pages/operator/accounts"));
const AccountPage = page(() => import("./pages/operator/account"));
const Jobs = page(() => import("./pages/operator/jobs"));
const OperatorAudit = page(() => import("./pages/operator/audit"));
const NotFound = page(() => import("./pages/not-found"));

/** Only for people who are signed in; others sign in first and come back. */
function SignedIn({ children }: { children: (user: User) => ReactNode }) {
  const read = useUser();
  const { pathname, search } = useLocation();
  if (read.data === undefined) {
    return (
      <main className="whole">
        {read.isError ? <Failed cause={read.error} again={() => void read.refetch()} /> : <Waiting />}
      </main>
    );
  }
  if (read.data.user === null) return <Navigate to={loginPath(pathname + search)} replace />;
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

function FramedPages() {
  return (
    <SignedIn>
      {(user) => (
        <Frame user={user}>
          <Suspense fallback={<Waiting rows={6} />}>
            <Routes>
              <Route path="/" element={user.role === "operator" ? <Navigate to="/operator" replace /> : <Home />} />
              <Route path="/dashboard" element={<Home />} />
              <Route path="/shops" element={<Shops />} />
              <Route path="/shops/:id" element={<ShopPage />} />
              <Route path="/shops/:id/:tab" element={<ShopPage />} />
              <Route path="/billing" element={<Billing />} />
              <Route path="/audit" element={<Audit />} />
              <Route path="/security" element={<Security />} />
              {user.role === "operator" && (
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
