/* A page of a shop's site that a visitor is on. */
import { shortUrl } from "./short-url";

export function PageLink({ page }: { page: string }) {
  return (
    <a href={page} target="_blank" rel="noreferrer" title={page} className="short">
      {shortUrl(page)}
    </a>
  );
}
