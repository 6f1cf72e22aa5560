/* A page, or a part of one, with the words that it alone, or its kind, says: asked for together, and here when both are. */
import { loadPartTexts, type Part } from "./i18n";

export const also =
  <T>(part: Part, load: () => Promise<T>) =>
  async (): Promise<T> => {
    const [page] = await Promise.all([load(), loadPartTexts(part)]);
    return page;
  };
