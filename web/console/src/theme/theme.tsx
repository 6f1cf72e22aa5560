/* Light, dark, or as the system says. The choice is this browser's, not the account's: it belongs to the screen one
 * sits at. Contrasts are held to WCAG AA (4.5:1), so Ant Design's paler text colours are replaced. */
import { theme as antTheme, type ThemeConfig } from "antd";
import {
  createContext,
  type ReactNode,
  useContext,
  useLayoutEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";

export const CHOICES = ["light", "dark", "system"] as const;
export type Choice = (typeof CHOICES)[number];
const STORED = "theme";

const darkQuery = window.matchMedia("(prefers-color-scheme: dark)");

function storedChoice(): Choice {
  try {
    const value = localStorage.getItem(STORED);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system"; // storage may be forbidden; the console works without
  }
}

function store(choice: Choice): void {
  try {
    localStorage.setItem(STORED, choice);
  } catch {
    // as above: the choice then lasts as long as the page
  }
}

export function antdTheme(dark: boolean): ThemeConfig {
  return {
    algorithm: dark ? antTheme.darkAlgorithm : antTheme.defaultAlgorithm,
    token: {
      colorPrimary: "#4f46e5",
      colorInfo: "#4f46e5",
      colorSuccess: dark ? "#34d399" : "#047857",
      colorError: dark ? "#f87171" : "#c81e1e",
      colorWarning: dark ? "#fbbf24" : "#b45309",
      colorLink: dark ? "#a5b4fc" : "#4338ca",
      colorBgLayout: dark ? "#101114" : "#f5f6f8",
      colorBgContainer: dark ? "#17181c" : "#ffffff",
      colorBgElevated: dark ? "#1e2026" : "#ffffff",
      colorTextSecondary: dark ? "rgba(255,255,255,0.72)" : "rgba(16,17,20,0.68)",
      colorTextTertiary: dark ? "rgba(255,255,255,0.62)" : "rgba(16,17,20,0.62)",
      colorTextDescription: dark ? "rgba(255,255,255,0.68)" : "rgba(16,17,20,0.64)",
      colorTextPlaceholder: dark ? "rgba(255,255,255,0.55)" : "rgba(16,17,20,0.58)",
      borderRadius: 8,
      fontFamily: "var(--font)",
      controlHeight: 36,
      // Ours is the whole promise: a component that waited for an animation which never runs would stay half-way.
      motion: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    },
    components: {
      Button: {
        primaryShadow: "none",
        defaultShadow: "none",
        dangerShadow: "none",
        fontWeight: 500,
        dangerColor: dark ? "#1a0505" : "#ffffff",
      },
      Tabs: {
        itemSelectedColor: dark ? "#b4bcff" : "#4338ca",
        itemHoverColor: dark ? "#b4bcff" : "#4338ca",
        itemActiveColor: dark ? "#b4bcff" : "#4338ca",
        inkBarColor: dark ? "#818cf8" : "#4f46e5",
      },
    },
  };
}

interface Theme {
  choice: Choice;
  dark: boolean;
  setChoice: (choice: Choice) => void;
}
const ThemeContext = createContext<Theme | null>(null);

function watchSystem(changed: () => void): () => void {
  darkQuery.addEventListener("change", changed);
  return () => darkQuery.removeEventListener("change", changed);
}

export function ThemeProvider({ children }: { children: ReactNode }) {
  const [choice, setState] = useState(storedChoice);
  const systemDark = useSyncExternalStore(watchSystem, () => darkQuery.matches);
  const dark = choice === "system" ? systemDark : choice === "dark";
  useLayoutEffect(() => {
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  }, [dark]);
  const value = useMemo<Theme>(() => {
    const setChoice = (chosen: Choice) => {
      store(chosen);
      setState(chosen);
    };
    return { choice, dark, setChoice };
  }, [choice, dark]);
  return <ThemeContext value={value}>{children}</ThemeContext>;
}

export function useTheme(): Theme {
  const theme = useContext(ThemeContext);
  if (theme === null) throw new Error("useTheme outside ThemeProvider");
  return theme;
}
