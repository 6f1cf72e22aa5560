/* The one way to the server: typed by the generated description. Turns every refusal into a Problem, and tells the
 * session's guard when the server no longer knows us. */
import createClient from "openapi-fetch";
import type { paths } from "../../../shared/api.gen";
import { Problem, problemFromAnswer, toProblem } from "./problem";

export const api = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: "same-origin",
  // Looked up at each call: who takes its place, a test, need not be there first.
  fetch: (request) => fetch(request),
});

type SignedOutListener = () => void;
let signedOut: SignedOutListener = () => undefined;

/** Called on every 401 that means "you are signed out" (a wrong password at sign-in is not one). */
export function onSignedOut(listener: SignedOutListener): void {
  signedOut = listener;
}

type RefusedListener = () => void;
let roleRefused: RefusedListener = () => undefined;

/** Called when the server says that this role may not: the page may show what the person was before. */
export function onRoleRefused(listener: RefusedListener): void {
  roleRefused = listener;
}

interface Reply<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The content of a success; throws a Problem for everything else. */
export async function answer<T>(call: Promise<Reply<T>>): Promise<T> {
  let reply: Reply<T>;
  try {
    reply = await call;
  } catch (cause) {
    throw toProblem(cause);
  }
  if (reply.response.ok && reply.data !== undefined) return reply.data;
  const problem = problemFromAnswer(reply.response, reply.error);
  if (problem.status === 401 && problem.code !== "invalid_credentials") signedOut();
  if (problem.code === "role_not_allowed") roleRefused();
  throw problem;
}

/** Headers of a POST that must act once. */
export function once(key: string): { headers: Record<string, string> } {
  return { headers: { "Idempotency-Key": key } };
}

export { Problem };
