// papers.mjs: receipts, invoices and credit notes through the real routes: made by what is paid and given back, printed for
// their account alone, by roles, in both languages, the same bytes each time; listed for operators, also as a table.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { newKey } from './lib/client.mjs';
import { paying } from './lib/paying.mjs';
import { run, test } from './lib/suite.mjs';

const CODE = '91350100M000100Y43';
const once = () => ({ headers: { 'idempotency-key': newKey() } });
const put = (c, path, json) => c.request('PUT', path, { json });
const listed = async (c) => (await c.get('/api/billing/invoices')).json.invoices;

/** An order that was paid at the provider that is played. */
async function bought(c) {
    const made = await c.post('/api/billing/orders', { offer: 'credits-1000' }, once());
    assert.equal(made.status, 201, made.text);
    const begun = await paying(c, made.json.number, { provider: 'sandbox' });
    assert.equal(begun.status, 200, begun.text);
    const payment = begun.json.payment.number;
    const pressed = await c.post(`/sandbox/pay/${payment}/paid`);
    assert.equal(pressed.status, 303, pressed.text);
    return { number: made.json.number, payment };
}

async function seller(server) {
    const operator = await server.account('operator');
    const said = await put(operator, '/api/operator/seller', { name: '深圳测试科技有限公司', taxNumber: CODE });
    assert.equal(said.status, 200, said.text);
    return operator;
}

const invoiceOf = (c, number, json) => c.post(`/api/billing/orders/${number}/invoice`, json, once());
const textOf = (bytes) => execFileSync('pdftotext', ['-layout', '-', '-'], { input: bytes }).toString();

test('what is paid has a receipt at once, and an invoice when it is asked for', async ({ server }) => {
    const c = await server.account('merchant');
    const operator = await seller(server);
    const { number } = await bought(c);
    const [receipt] = await listed(c);
    assert.deepEqual([receipt.kind, receipt.order, receipt.amount.text], ['receipt', number, '100.00']);
    assert.equal((await invoiceOf(c, number)).json.error, 'invoice_details_missing');
    const wrong = await put(c, '/api/billing/profile', { title: '上海茶壶有限公司', taxNumber: '91350100M000100Y34' });
    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /tax_number_check/);
    assert.equal((await put(c, '/api/billing/profile', { title: '上海茶壶有限公司', taxNumber: CODE })).status, 200);
    const made = await invoiceOf(c, number);
    assert.equal(made.status, 201, made.text);
    const again = await invoiceOf(c, number);
    assert.deepEqual([again.status, again.json.invoice.number], [201, made.json.invoice.number]);
    assert.equal((await put(c, '/api/billing/profile', { title: 'Kettle Ltd.', kind: 'abroad' })).status, 200);
    const other = await invoiceOf(c, number);
    assert.deepEqual([other.status, other.json.error, other.json.number], [409, 'invoice_exists', made.json.invoice.number]);
    assert.equal((await invoiceOf(c, number, { replace: true })).status, 201);
    assert.deepEqual((await listed(c)).map((p) => p.kind), ['invoice', 'credit_note', 'invoice', 'receipt']);
    const table = await operator.get('/api/operator/invoices?format=csv');
    assert.match(table.headers['content-type'], /^text\/csv/);
    assert.equal(table.text.trim().split('\r\n').length, 5);
});

test('a paper is printed for its account, in both languages, the same each time', async ({ server }) => {
    const c = await server.account('merchant');
    const stranger = await server.account('merchant');
    const operator = await seller(server);
    assert.equal((await put(c, '/api/billing/profile', { title: '上海茶壶有限公司', taxNumber: CODE })).status, 200);
    const { number } = await bought(c);
    const [{ url, number: paper }] = await listed(c);
    const print = async (who, path) => {
        const r = await who.get(path);
        assert.equal(r.status, 200, r.text.slice(0, 200));
        assert.equal(r.headers['content-type'], 'application/pdf');
        assert.equal(r.headers['x-content-type-options'], 'nosniff');
        assert.equal(r.headers['content-disposition'], `attachment; filename="${paper}.pdf"`);
        return r.bytes;
    };
    const [zh, en] = [await print(c, `${url}?lang=zh`), await print(c, `${url}?lang=en`)];
    for (const wanted of ['收据', paper, number, '上海茶壶有限公司', CODE, 'CNY 100.00', '深圳测试科技有限公司'])
        assert.ok(textOf(zh).includes(wanted), wanted);
    for (const wanted of ['Receipt', paper, number, '上海茶壶有限公司', 'CNY 100.00', 'Page 1 of 1'])
        assert.ok(textOf(en).includes(wanted), wanted);
    assert.ok(zh.equals(await print(c, `${url}?lang=zh`)));
    assert.ok(zh.equals(await print(operator, `/api/operator/invoices/${paper}.pdf?lang=zh`)));
    assert.equal((await stranger.get(url)).status, 404);
    assert.equal((await server.client().get(url)).status, 401);
    assert.equal((await c.get(`/api/operator/invoices/${paper}.pdf`)).status, 404);
    assert.equal((await invoiceOf(stranger, number)).status, 404);
    for (const bad of ['', '.pdf', `${paper}`, `${paper}.pdf.pdf`, '%2e%2e%2fx.pdf', `${'x'.repeat(300)}.pdf`, "1'%20or%20'1'='1.pdf"])
        assert.ok([400, 404, 422].includes((await c.get(`/api/billing/invoices/${bad}`.replace(/\/$/, '/x'))).status), bad);
});

test('who may see money may see papers, and managers alone may make them', async ({ server }) => {
    const c = await server.account('merchant');
    await seller(server);
    assert.equal((await put(c, '/api/billing/profile', { title: 'Tea Ltd.', kind: 'abroad' })).status, 200);
    const { number } = await bought(c);
    const [{ url }] = await listed(c);
    const may = { owner: [200, 201], admin: [200, 201], viewer: [200, 403], agent: [403, 403] };
    for (const [role, [seen, made]] of Object.entries(may)) {
        const member = await server.member(c, role);
        assert.equal((await member.get(url)).status, seen, role);
        assert.equal((await member.get('/api/billing/profile')).status, seen, role);
        assert.equal((await invoiceOf(member, number)).status, made, role);
        assert.equal((await put(member, '/api/billing/profile', { title: 'Tea Ltd.', kind: 'abroad' })).status, made === 403 ? 403 : 200);
    }
});

test('what goes back has a credit note, and verify finds all of it sound', async ({ server }) => {
    const c = await server.account('merchant');
    await seller(server);
    const { payment } = await bought(c);
    assert.equal((await c.post(`/sandbox/pay/${payment}/refund`)).status, 303);
    const [note, receipt] = await listed(c);
    assert.deepEqual([note.kind, note.corrects, note.amount.text], ['credit_note', receipt.number, '100.00']);
    const sound = await server.cli(['verify', '--json']);
    assert.equal(sound.code, 0, sound.text ?? JSON.stringify(sound.json));
});

await run({});
