// pictures.mjs: a shopper and a merchant send each other pictures: chosen, pasted and dropped; both see them, a browser can
// still show what the server has cleaned, a photo stands upright, and what is no picture is refused with words.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import path from 'node:path';
import { Server } from '../http/lib/server.mjs';
import { Person } from './lib/browser.mjs';
import { OUT } from './lib/checks.mjs';
import { signIn } from './lib/house.mjs';

const OWNER = 'owner@pictures.example';
const TURNED = Buffer.from('ffe100224578696600004d4d002a00000008000101120003000000010006000000000000', 'hex');

const TOO_BIG = { name: 'big.png', mimeType: 'image/png', buffer: Buffer.alloc((5 << 20) + 1) };

/** A picture as a browser makes it, with something of its own in it: { type: bytes }. */
const drawn = (page, type, width = 120, height = 80) => page.evaluate(async ([kind, w, h]) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: w, height: h });
    const pen = canvas.getContext('2d');
    pen.fillStyle = '#2a7';
    pen.fillRect(0, 0, w, h / 2);
    const blob = await new Promise((done) => canvas.toBlob(done, kind));
    return [...new Uint8Array(await blob.arrayBuffer())];
}, [type, width, height]).then((bytes) => Buffer.from(bytes));

/** As a telephone writes it, lying on its side. */
const turned = (jpeg) => Buffer.concat([jpeg.subarray(0, 2), TURNED, jpeg.subarray(2)]);

const shownSize = (image) => image.evaluate(async (one) => {
    await one.decode();
    return [one.naturalWidth, one.naturalHeight];
});

export async function pictures({ browser, engine, checks }) {
    const server = await Server.start({ engine });
    const owner = await server.account('merchant', { credits: 500, email: OWNER });
    const shop = await owner.shop('Pictures', 'pictures.example');
    assert.equal((await owner.post(`/api/shops/${shop.id}/chatbot/enable`, {})).status, 200);
    const page = `<!doctype html><html lang="en"><title>Shop</title><body><h1>Shop</h1><script async src="${server.base}/widget.js" data-shop="shop-${shop.id}"></script>`;
    const store = createServer((req, res) => res.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(page));
    await new Promise((done) => store.listen(0, '127.0.0.1', done));
    const shopper = await Person.come(browser, `http://127.0.0.1:${store.address().port}`, { lang: 'en' });
    const merchant = await Person.come(browser, server.base, { lang: 'en' });
    checks.about(`${engine}, pictures`, () => [shopper.page, merchant.page]);
    const mine = () => shopper.page.locator('chathub-chat .m.mine .b img');
    const refusal = () => shopper.page.locator('chathub-chat .say.bad', { hasText: '5 MB' });
    const give = (files) => shopper.page.locator('chathub-chat input[type=file]').setInputFiles(files);
    try {
        await signIn(merchant, OWNER, 'en');
        await checks.must('chosen pictures of each kind are sent and shown', async () => {
            await shopper.page.goto('/');
            await shopper.page.getByRole('button', { name: 'Chat with us' }).click();
            await shopper.page.getByRole('textbox', { name: 'Write a message…' }).waitFor();
            for (const [i, type] of ['image/png', 'image/jpeg', 'image/webp'].entries()) {
                await give([{ name: `${type.slice(6)} 照片.x`, mimeType: type, buffer: await drawn(shopper.page, type) }]);
                await mine().nth(i).waitFor();
                assert.deepEqual(await shownSize(mine().nth(i)), [120, 80]);
            }
        });
        await checks.must('a photo that lies on its side still stands upright', async () => {
            await give([{ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: turned(await drawn(shopper.page, 'image/jpeg')) }]);
            await mine().nth(3).waitFor();
            assert.deepEqual(await shownSize(mine().nth(3)), [80, 120]);
        });
        await checks.must('what is no picture is refused with words, and can be left', async () => {
            await give([{ name: 'page.png', mimeType: 'image/png', buffer: Buffer.from('<svg onload="alert(1)">') }]);
            const failed = shopper.page.locator('chathub-chat .m.fail');
            await failed.locator('.at', { hasText: 'JPEG, PNG, WebP' }).waitFor();
            const button = (name) => failed.getByRole('button', { name, exact: true });
            assert.equal(await button('Send again').count(), 0, 'it could only be refused again');
            await button('Remove').click();
            await failed.waitFor({ state: 'detached' });
            assert.ok(await shopper.page.evaluate(() => document.querySelector('chathub-chat').shadowRoot.activeElement?.tagName === 'TEXTAREA'));
            await shopper.page.context().setOffline(true);
            await give([{ name: 'later.png', mimeType: 'image/png', buffer: Buffer.from('<svg>') }]);
            await button('Send again').waitFor();
            await shopper.page.context().setOffline(false);
            await button('Send again').click();
            await button('Remove').click();
            await failed.waitFor({ state: 'detached' });
            await give([TOO_BIG]);
            await refusal().waitFor();
        });
        await checks.must('a pasted picture goes too', async () => {
            const bytes = [...await drawn(shopper.page, 'image/png', 40, 40)];
            await shopper.page.getByRole('textbox', { name: 'Write a message…' }).evaluate((box, data) => {
                const transfer = new DataTransfer();
                transfer.items.add(new File([new Uint8Array(data)], 'pasted.png', { type: 'image/png' }));
                box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }));
            }, bytes);
            await mine().nth(4).waitFor();
        });
        await checks.must('the merchant sees them, and answers with one', async () => {
            await merchant.page.goto('/inbox');
            await merchant.page.locator('.inbox-side a, .inbox a').filter({ hasText: 'pasted.png' }).first().click();
            const seen = merchant.page.locator('.said-visitor .said-picture');
            await seen.nth(4).waitFor();
            assert.deepEqual(await shownSize(seen.first()), [120, 80]);
            await give([TOO_BIG]);
            await refusal().waitFor();
            await merchant.page.locator('.composer input[type=file]').setInputFiles([{ name: 'shelf.png', mimeType: 'image/png', buffer: await drawn(merchant.page, 'image/png', 60, 30) }]);
            await merchant.page.locator('.said-person .said-picture').waitFor();
            await merchant.page.locator('.said-person .said-who', { hasText: OWNER }).waitFor(); // no name is known
            await shopper.page.locator('chathub-chat .m:not(.mine) .b img').waitFor();
            assert.deepEqual(await shownSize(shopper.page.locator('chathub-chat .m:not(.mine) .b img')), [60, 30]);
        });
        await checks.must('a refusal stands beside the reply that came meanwhile, until the shopper does something else', async () => {
            assert.equal(await refusal().isVisible(), true);
            await shopper.page.getByRole('textbox', { name: 'Write a message…' }).fill('Thanks!');
            await shopper.page.keyboard.press('Enter');
            await shopper.page.locator('chathub-chat .m.mine .b', { hasText: 'Thanks!' }).waitFor();
            assert.equal(await refusal().count(), 0);
            await give([TOO_BIG, { name: 'small.png', mimeType: 'image/png', buffer: await drawn(shopper.page, 'image/png', 30, 30) }]);
            await mine().nth(5).waitFor();
            assert.equal(await refusal().isVisible(), true, 'said of the one, though the other went');
            await shopper.page.getByRole('textbox', { name: 'Write a message…' }).pressSequentially('x');
            assert.equal(await refusal().count(), 0);
        });
        if (process.env.CHATHUB_PICTURES) {
            await shopper.page.screenshot({ path: path.join(OUT, 'pictures-shopper.png') });
            await merchant.page.screenshot({ path: path.join(OUT, 'pictures-merchant.png') });
        }
        checks.record('no page threw, logged an error or broke the policy', [...shopper.faults, ...merchant.faults].join('\n'));
    } finally {
        await shopper.leave();
        await merchant.leave();
        store.close();
        checks.record('the server ends well', (await server.end()).join('\n'));
    }
}
