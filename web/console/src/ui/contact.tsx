/* Whom to write to, where the house says so; where it does not, nothing: no sentence sends people to nobody. */
import { useConfig } from "../api/queries";
import { outside, shownContact } from "./house-foot";

/** `lead`: what comes before the address, "Write to us:". */
export function Contact({ lead }: { lead: string }) {
  const contact = useConfig().data?.house.supportContact ?? null;
  if (contact === null) return null;
  return (
    <p>
      {lead}{" "}
      <a href={contact} {...outside(contact)} translate="no">
        {shownContact(contact)}
      </a>
    </p>
  );
}
