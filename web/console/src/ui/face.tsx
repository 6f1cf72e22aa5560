/* Who answers, as a small picture; without one the first letter of their name. It says nothing that the name beside it
 * does not. */
export function Face({ picture, name, large = false }: { picture?: string | null; name: string; large?: boolean }) {
  const className = large ? "face face-large" : "face";
  if (picture) return <img className={className} src={picture} alt="" />;
  return (
    <span className={className} aria-hidden="true" translate="no">
      {Array.from(name)[0]?.toUpperCase() ?? "•"}
    </span>
  );
}
