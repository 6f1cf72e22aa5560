/* Runs before the first paint, and before the bundle is there: the theme (so that a dark screen never flashes white),
 * the language, the words of that language and the page that was asked for (early-parts.ts says which files these are), and
 * the first question to the server, which is the same on every page. A file of its own, because the
 * Content-Security-Policy allows no script inside a page. */
(function () {
  var root = document.documentElement;
  var theme = null;
  try {
    theme = localStorage.getItem("theme");
  } catch {
    // storage may be forbidden
  }
  if (theme !== "light" && theme !== "dark")
    theme = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  root.dataset.theme = theme;
  // The public pages say in which language they were read: the pages that they lead to go on in it.
  var asked = /[?&]lang=(zh-CN|en)(?:&|$)/.exec(location.search);
  if (asked && /^\/(login|register)$/.test(location.pathname))
    document.cookie =
      "lang=" +
      asked[1] +
      "; Path=/; Max-Age=31536000; SameSite=Lax" +
      (location.protocol === "https:" ? "; Secure" : "");
  var lang = /(?:^|; )lang=(zh-CN|en)(?:;|$)/.exec(document.cookie);
  // The same rule as src/i18n/lang.ts: the first that the browser prefers and we have.
  var known = (navigator.languages || [])
    .map(function (tag) {
      return tag.toLowerCase().split("-", 1)[0];
    })
    .find(function (tag) {
      return tag === "en" || tag === "zh";
    });
  root.lang = lang ? lang[1] : known === "en" ? "en" : "zh-CN";
  // First in the line: a browser opens few connections to one server.
  window.chathubUser = fetch("/api/user", { credentials: "same-origin", headers: { Accept: "application/json" } });
  window.chathubUser.catch(function () {});
  var parts = JSON.parse(document.currentScript.dataset.parts || "{}");
  [root.lang, location.pathname, root.lang + location.pathname].forEach(function (key) {
    (parts[key] || []).forEach(function (name) {
      var link = document.createElement("link");
      link.rel = "modulepreload";
      link.href = "/" + name;
      document.head.appendChild(link);
    });
  });
})();
