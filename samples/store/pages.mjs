// pages.mjs: the pages of the sample store, made from shop.json: what the pages show and what the chat answers from are the
// same file. A product stands in it once a language ("kettle", "kettle.zh"), as a shop with two languages would send it.
import { drawn } from './drawings.mjs';

export const LANGUAGES = ['en', 'zh'];
/** "kettle.zh" is "kettle" in Chinese. */
export const nameOf = (id) => id.replace(/\.zh$/, '');
const languageOf = (id) => (id.endsWith('.zh') ? 'zh' : 'en');

const SECTIONS = [
    ['kitchen', 'Kitchen', '厨房', 'kettle teapot mug skillet knife board bottle lunchbox grinder dripper'],
    ['pantry', 'Pantry', '茶与食品', 'oolong greentea coffee honey oliveoil'],
    ['home', 'Home', '居家', 'lamp blanket cushion towel candle clock vase basket umbrella puzzle'],
    ['clothing', 'Clothing', '服饰', 'tshirt sweater jacket socks cap scarf sneakers boots'],
    ['outdoor', 'Outdoors', '户外', 'backpack tent sleepingbag headlamp stove bell lock speaker powerbank'],
].map(([id, en, zh, products]) => ({ id, en, zh, products: products.split(' ') }));

const WORDS = {
    en: {
        lang: 'en', shop: 'Harbor Goods', lead: 'Things that last, from a shop by the water.', all: 'Everything', help: 'Help',
        orders: 'Sample orders', other: '中文', from: 'from', out: 'sold out', offers: 'At the moment', ask: 'Ask in the chat, at the corner of the page.',
        try: 'Try it', tryText: 'Open the chat and ask one of these. An order is told to whoever knows its number and its e-mail.',
        questions: ['How much is the wall clock?', 'Is the red enamel kettle in stock?', 'How do I return something?',
            'Where is my order HG-2041? ann.lee@example.org', 'I want to talk to a person'],
        number: 'Number', email: 'E-mail', state: 'State', items: 'Items', missing: 'There is no such page.', skip: 'Skip to the content',
        option: 'Variant', price: 'Price', stock: 'Stock', yes: 'in stock', rules: 'Good to know', home: 'Home page', about: 'A store that sells nothing: it shows the chat of Chathub as a shop has it.',
    },
    zh: {
        lang: 'zh-CN', shop: '港湾好物', lead: '来自水边小店的耐用好物。', all: '全部商品', help: '帮助', orders: '示例订单', other: 'English',
        from: '起', out: '缺货', offers: '正在进行', ask: '有问题？点页面角落的聊天窗口。', try: '试一试',
        tryText: '打开聊天窗口，问下面任意一句。知道订单号和邮箱的人才能查到订单。',
        questions: ['挂钟多少钱？', '红色搪瓷水壶有货吗？', '怎么退货？', '我的订单HG-2046到哪了？chenjie@example.org', '转人工'],
        number: '订单号', email: '邮箱', state: '状态', items: '商品', missing: '没有这个页面。', skip: '跳到正文', option: '规格', price: '价格',
        stock: '库存', yes: '有货', rules: '购物须知', home: '首页', about: '这家店什么也不卖：它展示商店里的 Chathub 聊天。',
    },
};

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
export const escape = (text) => String(text).replace(/[&<>"']/g, (one) => escapes[one]);
const money = (minor) => `$${(minor / 100).toFixed(2)}`;

function frame(language, path, title, body, embed) {
    const w = WORDS[language];
    const other = LANGUAGES.find((one) => one !== language);
    const sections = SECTIONS.map((s) => `<a href="/${language}/${s.id}">${escape(s[language])}</a>`).join('');
    return `<!doctype html>
<html lang="${w.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}${title === w.shop ? '' : ` · ${escape(w.shop)}`}</title>
<link rel="stylesheet" href="/store.css">
<link rel="icon" href="/img/kettle.svg">
</head>
<body>
<a class="skip" href="#main">${w.skip}</a>
<header>
<a class="name" href="/${language}/">${escape(w.shop)}</a>
<nav aria-label="${w.all}">${sections}<a href="/${language}/help">${w.help}</a><a href="/${language}/orders">${w.orders}</a></nav>
<a class="other" lang="${WORDS[other].lang}" href="/${other}/${path}">${w.other}</a>
</header>
<main id="main">${body}</main>
<footer><p>${escape(w.ask)}</p><p>${escape(w.about)}</p></footer>
${embed}
</body>
</html>
`;
}

export class Pages {
    /** shop: shop.json. embed: the line that the merchant copies from the console. */
    constructor(shop, embed) {
        this.shop = shop;
        this.embed = embed;
        this.of = (list, language) => list.filter((one) => languageOf(one.id) === language);
        this.products = new Map(shop.products.map((one) => [one.id, one]));
    }

    #product(id, language) { return this.products.get(language === 'en' ? id : `${id}.${language}`); }

    #price(product, language) {
        const { variants } = product;
        if (!variants) return money(product.price);
        const least = Math.min(...variants.map((v) => v.price));
        if (variants.every((v) => v.price === least)) return money(least);
        return language === 'en' ? `${WORDS.en.from} ${money(least)}` : `${money(least)} ${WORDS.zh.from}`;
    }

    #card(id, language) {
        const one = this.#product(id, language);
        const out = one.variants ? one.variants.every((v) => !v.available) : !one.available;
        return `<li><a href="/${language}/p/${id}"><img src="/img/${id}.svg" alt="" width="120" height="120" loading="lazy">`
            + `<span class="title">${escape(one.title)}</span> <span class="price">${this.#price(one, language)}</span>`
            + `${out ? ` <span class="out">${WORDS[language].out}</span>` : ''}</a></li>`;
    }

    #shelf(section, language) {
        return `<section><h2>${escape(section[language])}</h2><ul class="shelf">${section.products.map((id) => this.#card(id, language)).join('')}</ul></section>`;
    }

    #home(language) {
        const w = WORDS[language];
        const offers = this.of(this.shop.promotions, language).map((one) => `<li><b>${escape(one.title)}</b> ${escape(one.text)}</li>`);
        const questions = w.questions.map((one) => `<li>${escape(one)}</li>`);
        return [w.shop, `<h1>${escape(w.shop)}</h1><p class="lead">${escape(w.lead)}</p>
<div class="beside"><section><h2>${w.try}</h2><p>${escape(w.tryText)}</p><ul>${questions.join('')}</ul></section>
<section><h2>${w.offers}</h2><ul>${offers.join('')}</ul></section></div>
${SECTIONS.map((one) => this.#shelf(one, language)).join('')}`];
    }

    #one(id, language) {
        const w = WORDS[language];
        const one = this.#product(id, language);
        const paper = this.shop.documents.find((d) => d.product === one.id);
        const rows = (one.variants ?? []).map((v) => `<tr><td>${escape(Object.values(v.options).join(' · '))}</td><td>${money(v.price)}</td><td>${v.available ? w.yes : w.out}</td></tr>`);
        const table = `<table><thead><tr><th scope="col">${w.option}</th><th scope="col">${w.price}</th><th scope="col">${w.stock}</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
        return [one.title, `<article class="product"><img src="/img/${id}.svg" alt="" width="320" height="320"><div>
<h1>${escape(one.title)}</h1><p class="price">${this.#price(one, language)}${one.variants || one.available ? '' : ` · ${w.out}`}</p>
<p>${escape(one.description)}</p>${rows.length > 0 ? table : ''}
${paper ? `<h2>${escape(paper.title)}</h2><p>${escape(paper.text)}</p>` : ''}</div></article>`];
    }

    #help(language) {
        const entries = this.of(this.shop.faq, language).map((one) => `<dt>${escape(one.question)}</dt><dd>${escape(one.answer)}</dd>`);
        return [WORDS[language].rules, `<h1>${WORDS[language].rules}</h1><dl>${entries.join('')}</dl>`];
    }

    #orders(language) {
        const w = WORDS[language];
        const rows = this.shop.orders.map((one) => `<tr><td>${escape(one.number)}</td><td>${escape(one.email)}</td><td>${escape(one.status)}</td>`
            + `<td>${one.items.map((i) => `${i.quantity} × ${escape(i.title)}`).join('<br>')}</td></tr>`);
        const heads = [w.number, w.email, w.state, w.items].map((one) => `<th scope="col">${one}</th>`);
        return [w.orders, `<h1>${w.orders}</h1><p>${escape(w.tryText)}</p><div class="wide" tabindex="0" role="region" aria-label="${w.orders}"><table><thead><tr>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`];
    }

    /** The page of a path: { status, html }. */
    page(path) {
        const [, language, first = '', second, ...more] = path.split('/');
        if (!LANGUAGES.includes(language)) return null;
        const section = SECTIONS.find((one) => one.id === first);
        const parts = more.length > 0 ? null
            : first === '' && second === undefined ? this.#home(language)
            : section && second === undefined ? [section[language], `<h1>${escape(section[language])}</h1>${this.#shelf(section, language)}`]
            : first === 'help' && second === undefined ? this.#help(language)
            : first === 'orders' && second === undefined ? this.#orders(language)
            : first === 'p' && drawn(second) && this.#product(second, language) ? this.#one(second, language) : null;
        const [title, body] = parts ?? [WORDS[language].missing, `<h1>${WORDS[language].missing}</h1><p><a href="/${language}/">${WORDS[language].home}</a></p>`];
        const same = parts ? path.slice(language.length + 2) : '';
        return { status: parts ? 200 : 404, html: frame(language, same, title, body, this.embed) };
    }

    /** Every address there is, for tests. */
    paths() {
        const ids = SECTIONS.flatMap((one) => one.products);
        return LANGUAGES.flatMap((l) => ['', 'help', 'orders', ...SECTIONS.map((s) => s.id), ...ids.map((id) => `p/${id}`)].map((one) => `/${l}/${one}`));
    }
}
