// mailbox.mjs: a real SMTP server that keeps what it is given.
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { until } from '../../http/lib/suite.mjs';

export class Mailbox {
    mails = [];

    static async start() {
        const box = new Mailbox();
        box.server = new SMTPServer({
            authOptional: true,
            disabledCommands: ['STARTTLS', 'AUTH'],
            onData: (stream, _session, done) => {
                simpleParser(stream).then((mail) => {
                    box.mails.push(mail);
                    done();
                }, done);
            },
        });
        await new Promise((resolve, reject) => {
            box.server.on('error', reject);
            box.server.listen(0, '127.0.0.1', resolve);
        });
        box.port = box.server.server.address().port;
        return box;
    }

    /** The newest mail to this address that matches, as soon as it is there. */
    wait(to, pattern) {
        const find = () => this.mails.findLast((mail) => mail.to.text.includes(to) && pattern.test(mail.text));
        return until(`a mail to ${to} with ${pattern}`, async () => find());
    }

    count(to) { return this.mails.filter((mail) => mail.to.text.includes(to)).length; }

    stop() { return new Promise((resolve) => this.server.close(resolve)); }
}
