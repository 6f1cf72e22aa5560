/* Who answers, as a small picture; without one the first letter of their name. It says nothing that the name beside it
 * does not. */
export function Face({ picture, name }: { picture?: string | null | undefined; name: string }) {
  if (picture) return <img className="face" src={picture} alt="" />;
  return (
    <span className="face" aria-hidden="true" translate="no">
      {Array.from(name)[0]?.toUpperCase() ?? "•"}
    </span>
  );
}
