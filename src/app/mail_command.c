/* mail_command.c: `chathub mail-in`: what a mail server's pipe starts for each mail to the reply domain. It hands the
 * mail from standard input to the running service, signed, and ends with what the mail server understands: 0 taken, 75
 * to be tried again, 65 too large for ever. Not taken is never success, so no mail is lost while the service is down.
 */
#include "app/private.h"
#include "app/app.h"
#include "chat/mail_read.h"
#include "outbound/http_client.h"

#include <stdio.h>

enum { MAIL_REFUSED = 65, TOO_LARGE = 413, CONNECT_MS = 5000, TOTAL_MS = 30000 }; /* sysexits.h */

static enum exit_code end(struct command *c, int code, const char *text)
{
    buf_text(&c->err, text);
    return (enum exit_code)code;
}

static const char *target(const struct config *c, struct arena *a, const struct command *cmd)
{
    const char *url = command_option(cmd, "--url");
    if (url) return url;
    return c->base_url ? arena_printf(a, "%s/hooks/mail", c->base_url)
                       : arena_printf(a, "http://%s/hooks/mail", c->listen);
}

enum exit_code command_mail_in(const struct config *c, struct arena *a, struct command *cmd)
{
    if (!c->mail_secret) return end(cmd, EXIT_LATER, "CHATHUB_MAIL_SECRET is not set.");
    char *bytes = arena_alloc(a, MAIL_BYTES_MAX + 1);
    size_t n = fread(bytes, 1, MAIL_BYTES_MAX + 1, stdin);
    if (ferror(stdin)) return end(cmd, EXIT_LATER, "The mail could not be read from standard input.");
    if (n == 0) return end(cmd, MAIL_REFUSED, "There is no mail on standard input.");
    if (n > MAIL_BYTES_MAX) return end(cmd, MAIL_REFUSED, "The mail is larger than 8 MB.");
    uint8_t mac[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE];
    hmac_sha256(str_of(c->mail_secret), (struct str){ bytes, n }, mac);
    hex_encode(mac, sizeof mac, hex);
    const struct outbound_request r = {
        .method = "POST",
        .url = target(c, a, cmd),
        .header = { { "Content-Type", "message/rfc822" }, { "X-Signature", arena_printf(a, "sha256=%s", hex) } },
        .headers = 2,
        .body = { bytes, n },
        .connect_ms = CONNECT_MS,
        .total_ms = TOTAL_MS,
        .trusted_address = true,
        .log_as = "mail-in",
    };
    struct outbound_answer answer;
    outbound_call(a, &r, &answer);
    if (answer.outcome == OUTCOME_OK) return EXIT_OK;
    if (answer.status == TOO_LARGE) return end(cmd, MAIL_REFUSED, "The mail holds too much beside its files.");
    buf_printf(&cmd->err, "The service did not take the mail (%d): ", answer.status);
    return end(cmd, EXIT_LATER, answer.error ? answer.error : "no answer");
}
