/* What public/early.js leaves for the bundle. */
interface Window {
  chathubUser?: Promise<Response>;
}
