// Fetches the chat of the house once the page has been painted, or at once when somebody asks for it. It stands in the
// page itself, under a hash in its policy, so that nothing is asked for before the first paint.
(() => {
  const { chatShop, chatLanguage } = document.currentScript.dataset;
  let asked = false;
  const fetchChat = () => {
    if (asked) return;
    asked = true;
    const script = document.createElement("script");
    script.src = "/widget.js";
    script.dataset.shop = chatShop;
    script.dataset.language = chatLanguage;
    document.body.append(script);
  };
  // The frame after the load may still be the one that is painted first: the browser says when it has been.
  const painted = () => {
    if (!window.PerformanceObserver?.supportedEntryTypes?.includes("paint")) {
      requestAnimationFrame(() => setTimeout(fetchChat));
      return;
    }
    const watch = new PerformanceObserver((list) => {
      if (list.getEntriesByName("first-contentful-paint").length === 0) return;
      watch.disconnect();
      setTimeout(fetchChat);
    });
    watch.observe({ type: "paint", buffered: true });
  };
  if (document.readyState === "complete") painted();
  else addEventListener("load", painted);
  addEventListener("click", (event) => {
    if (!event.target.closest("[data-ask]")) return;
    event.preventDefault();
    (window.chathub ??= []).push(["open"]);
    fetchChat();
  });
})();
