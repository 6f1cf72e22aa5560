// bills.mjs: the files in which Alipay and WeChat Pay list a day's trades, as they make them: CSV in GB 18030 within a
// ZIP, and CSV with a backtick before each cell. Written from their documentation; nothing of the product is used.
import { deflateRawSync } from 'node:zlib';

const yuan = (minor) => `${minor < 0 ? '-' : ''}${Math.floor(Math.abs(minor) / 100)}.${String(Math.abs(minor) % 100).padStart(2, '0')}`;
const beijing = (ms) => new Date(ms + 8 * 3600e3).toISOString().slice(0, 19).replace('T', ' ');

/** The day of a provider in which this time lies: Beijing's, or UTC's for Stripe. */
export const billDay = (provider, ms) => new Date(ms + (provider === 'stripe' ? 0 : 8 * 3600e3)).toISOString().slice(0, 10);

let table;
/** The bytes of a text in GBK: what node can read, turned around. */
export function gbk(text) {
    if (!table) {
        table = new Map();
        const decode = new TextDecoder('gbk');
        for (let a = 0x81; a <= 0xfe; a++)
            for (let b = 0x40; b <= 0xfe; b++) {
                const sign = decode.decode(Uint8Array.of(a, b));
                if (b !== 0x7f && sign.length === 1 && sign !== '\ufffd' && !table.has(sign)) table.set(sign, [a, b]);
            }
    }
    return Buffer.from([...text].flatMap((sign) => (sign < '\x80' ? [sign.charCodeAt(0)] : (table.get(sign) ?? [0x3f]))));
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
    for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n >>> 0;
});
const crc32 = (bytes) => {
    let crc = 0xffffffff;
    for (const byte of bytes) crc = CRC[(crc ^ byte) & 0xff] ^ (crc >>> 8);
    return (crc ^ 0xffffffff) >>> 0;
};
const le = (n, bytes) => Buffer.from(Array.from({ length: bytes }, (_, i) => Math.floor(n / 256 ** i) & 0xff));

/** An archive of some files. */
export function zip(files) {
    const heads = [];
    const entries = [];
    let at = 0;
    for (const { name, content } of files) {
        const packed = deflateRawSync(content);
        const same = Buffer.concat([le(20, 2), le(0, 2), le(8, 2), le(0, 4), le(crc32(content), 4), le(packed.length, 4), le(content.length, 4), le(name.length, 2), le(0, 2)]);
        const head = Buffer.concat([le(0x04034b50, 4), same, name, packed]);
        entries.push(Buffer.concat([le(0x02014b50, 4), le(20, 2), same, le(0, 10), le(at, 4), name]));
        heads.push(head);
        at += head.length;
    }
    const directory = Buffer.concat(entries);
    const end = Buffer.concat([le(0x06054b50, 4), le(0, 4), le(files.length, 2), le(files.length, 2), le(directory.length, 4), le(at, 4), le(0, 2)]);
    return Buffer.concat([...heads, directory, end]);
}

const ALIPAY = '支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注';
const WECHAT = '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';
const WECHAT_SUMS = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';

function alipayRow(r) {
    const sum = yuan(r.kind === 'paid' ? r.minor : -r.minor);
    return [
        `${r.trade}\t`, `${r.order}\t`, r.kind === 'paid' ? '交易' : '退款', 'Chathub · 积分, 1000', beijing(r.at - 5e3), beijing(r.at), '', '', '', '',
        'buy***@example.com', sum, sum, '0.00', '0.00', '0.00', '0.00', '0.00', '', '0.00', '0.00', r.kind === 'paid' ? '' : `${r.refund ?? 'outside'}\t`, '-0.60', '0.00', '',
    ].join(',');
}

function wechatRow(r, mchid, appid) {
    const paid = r.kind === 'paid';
    return [
        beijing(r.at), r.appid ?? appid, mchid, '0', '', r.trade, r.order, 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o', 'NATIVE', paid ? 'SUCCESS' : 'REFUND', 'OTHERS', 'CNY',
        paid ? yuan(r.minor) : '0.00', '0.00', paid ? '0' : `5000${r.trade}`, paid ? '0' : (r.refund ?? 'outside'), paid ? '0.00' : yuan(r.minor), '0.00', paid ? '' : 'ORIGINAL',
        paid ? '' : 'SUCCESS', 'Chathub · 积分, 1000', '', paid ? '0.60' : '-0.60', '0.60%', paid ? yuan(r.minor) : '0.00', paid ? '0.00' : yuan(r.minor), '',
    ].map((cell) => `\`${cell}`).join(',');
}

/** The files of both, of these rows. torn: the list of trades has no end. */
export function billFiles(rows, day, merchant, torn = false, appid = '') {
    const paid = rows.filter((r) => r.kind === 'paid');
    const back = rows.filter((r) => r.kind === 'back');
    const sum = (list) => list.reduce((all, r) => all + r.minor, 0);
    const head = ['#支付宝业务明细查询', `#账号：[${merchant}0156]`, `#起始日期：[${day} 00:00:00]   终止日期：[${day} 23:59:59]`];
    const detail = [
        ...head, '#-----------------------------------------业务明细列表----------------------------------------', ALIPAY, ...rows.map(alipayRow),
        ...(torn ? [] : [
            '#-----------------------------------------业务明细列表结束------------------------------------',
            `#交易合计：${paid.length}笔，商家实收共${yuan(sum(paid))}元，商家优惠共0.00元`,
            `#退款合计：${back.length}笔，商家实收退款共${yuan(sum(back))}元，商家优惠退款共0.00元`,
            `#导出时间：[${day} 09:00:00]`,
        ]),
    ].join('\r\n') + '\r\n';
    const sums = [...head, '#-----------------------------------------业务汇总列表----------------------------------------', '门店编号,门店名称,交易订单总笔数', `合计,,${paid.length}`,
        '#----------------------------------------业务汇总列表结束-------------------------------------'].join('\r\n') + '\r\n';
    const totals = [rows.length, yuan(sum(paid)), yuan(sum(back)), '0.00', '0.00', yuan(sum(paid)), yuan(sum(back))].map((cell) => `\`${cell}`).join(',');
    const wechat = ['\ufeff' + WECHAT, ...rows.map((r) => wechatRow(r, merchant, appid)), WECHAT_SUMS, totals].join('\r\n') + '\r\n';
    return { detail, sums, wechat };
}
