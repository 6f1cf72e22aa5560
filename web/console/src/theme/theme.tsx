/* Light, dark, or as the system says. The choice is this browser's, not the account's: it belongs to the screen one sits
 * at. The first paint is decided by public/early.js, by the same rule. */
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
