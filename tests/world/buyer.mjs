// buyer.mjs: the providers' pages as a buyer's browser meets them: pay, fail, or go back without paying. What is pressed
// becomes the provider's notification (held back while `world.mute` is true) and the way home that the contract has.
//
//   world.pages = buyerPages(world);
//   world.scanned(text)              a phone has scanned this code, and its owner pays
const PAGE = (title, amount, ways, hidden) => `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${title}</title><link rel="icon" href="data:,"><h1>${title}</h1><p>${amount}</p>
<form method="post">${Object.entries(hidden).map(([k, v]) => `<input type="hidden" name="${k}" value="${v.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}">`).join('')}
${ways.map((way) => `<button name="way" value="${way}">${way}</button>`).join(' ')}</form></html>`;

export function buyerPages(world) {
    world.mute = false;
    world.late = []; // what is held back
    /** 'lost' stays so: the provider comes again later. */
    const tell = (told) => (world.mute ? void world.late.push(told) : world.send(told).then((r) => {
        if (!world.isTaken(told, r)) world.faults.push(`${told.provider}: the notification is not taken: ${r.status} ${r.text}`);
    }));
    const expect = (what, good) => good || world.faults.push(what);
    world.scanned = (text) => {
        const number = world.prepays.get(new URL(text).searchParams.get('pr'));
        return tell(world.wechatPaid(number));
    };

    const show = (res, text) => void res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(text);
    const home = (res, url) => void res.writeHead(303, { location: url }).end();
    const yuan = (t) => `${(t.minor / 100).toFixed(2)} ${(t.currency ?? 'cny').toUpperCase()}`;

    /** The address that a browser comes to, and where it posts to, is the same. */
    const alipay = {
        show: (u, res) => {
            const t = world.alipayVisit(u.href);
            const wap = u.searchParams.get('method') === 'alipay.trade.wap.pay';
            show(res, PAGE(wap ? 'Alipay on a phone' : 'Alipay', yuan(t), ['Pay', 'Back'], { number: t.number }));
        },
        press: async (u, form, res) => {
            const t = world.trades.get(form.get('number'));
            const back = u.searchParams.get('return_url');
            if (form.get('way') === 'Back') return home(res, JSON.parse(u.searchParams.get('biz_content')).quit_url ?? back);
            await tell(world.alipayPaid(t.number));
            // What the address says is signed, and proves nothing.
            const signed = world.alipayNotice(t, undefined, { method: 'alipay.trade.page.pay.return', notify_type: undefined, notify_id: undefined });
            return home(res, `${back}?${signed.body}`);
        },
    };
    const h5 = {
        show: (u, res, req) => {
            expect('h5: opened without a Referer', req.headers.referer);
            expect('h5: not a phone', /Mobile/.test(req.headers['user-agent']));
            const t = world.trades.get(world.prepays.get(u.searchParams.get('prepay_id')));
            show(res, PAGE('WeChat Pay', yuan(t), ['Pay', 'Back'], { number: t.number }));
        },
        press: async (u, form, res) => {
            if (form.get('way') === 'Pay') await tell(world.wechatPaid(form.get('number')));
            home(res, u.searchParams.get('redirect_url'));
        },
    };
    const checkout = {
        show: (u, res) => {
            const s = world.sessions.get(u.pathname.split('/').at(-1));
            show(res, PAGE('Checkout', yuan(s), ['Pay', 'Fail', 'Back'], { number: s.number }));
        },
        press: async (u, form, res) => {
            const s = world.trades.get(form.get('number'));
            const way = form.get('way');
            if (way === 'Back') return home(res, s.cancel);
            if (way === 'Pay') await tell(world.stripePaid(s.number));
            else {
                // A bank that is asked behind the page, and says no.
                await tell(world.stripePromised(s.number));
                await tell(world.stripeSays(s.number, 'checkout.session.async_payment_failed'));
            }
            return home(res, s.success.replace('{CHECKOUT_SESSION_ID}', s.session));
        },
    };
    const of = (path) => (path === '/gateway.do' ? alipay : path === '/wechat/h5' ? h5 : path.startsWith('/c/pay/') ? checkout : null);

    return (req, res, body) => {
        const u = new URL(req.url, world.base);
        const page = of(u.pathname);
        const form = new URLSearchParams(body);
        if (!page || (req.method === 'POST' && !form.has('way'))) return false;
        if (req.method === 'GET') page.show(u, res, req);
        else page.press(u, form, res).catch((e) => (world.faults.push(e.stack), res.destroy()));
        return true;
    };
}
