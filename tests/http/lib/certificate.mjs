// certificate.mjs: an X.509 certificate of a serial and a public key, for files of test vectors that name a certificate
// by its serial and hold its key alone. DER by hand: node reads certificates and makes none.
import { createPublicKey, sign } from 'node:crypto';

function der(tag, ...parts) {
    const body = Buffer.concat(parts);
    if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
    const size = Buffer.from(body.length.toString(16).padStart(body.length > 0xff ? 4 : 2, '0'), 'hex');
    return Buffer.concat([Buffer.from([tag, 0x80 | size.length]), size, body]);
}
const sequence = (...parts) => der(0x30, ...parts);
const integer = (bytes) => der(0x02, bytes[0] & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
const hex = (text) => Buffer.from(text, 'hex');
const utcTime = (text) => der(0x17, Buffer.from(text));
const commonName = (text) => sequence(der(0x31, sequence(hex('0603550403'), der(0x0c, Buffer.from(text)))));

/** serial: hex. publicPem: whose it is. authority: the private key that signs it. PEM. */
export function certificateOf(serial, publicPem, authority) {
    const algorithm = sequence(hex('06092a864886f70d01010b'), hex('0500')); // RSA with SHA-256
    const body = sequence(
        der(0xa0, integer(Buffer.from([2]))),
        integer(hex(serial)),
        algorithm,
        commonName('Authority of tests'),
        sequence(utcTime('200101000000Z'), utcTime('491231235959Z')),
        commonName('Platform of tests'),
        createPublicKey(publicPem).export({ type: 'spki', format: 'der' }),
    );
    const whole = sequence(body, algorithm, der(0x03, Buffer.from([0]), sign('RSA-SHA256', body, authority)));
    const lines = whole.toString('base64').match(/.{1,64}/g).join('\n');
    return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
