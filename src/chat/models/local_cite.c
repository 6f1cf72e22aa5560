/* local_cite.c: what a reply of the local model stands on: each thing once, with the words that it may quote. */
#include "chat/models/local.h"

static void cite(struct local *m, const struct model_cited *c)
{
    for (size_t i = 0; i < m->cites; i++)
        if (m->cited[i].kind == c->kind && text_eq(m->cited[i].id, c->id)) return;
    if (m->cites < MODEL_CITED) m->cited[m->cites++] = *c;
}

void local_cite_product(struct local *m, const struct knowledge_product *p, const struct knowledge_variant *v)
{
    bool there = false;
    if (v) cite(m, &(struct model_cited){ .kind = CITED_VARIANT, .id = v->id, .title = p->title, .url = p->url });
    cite(m,
         &(struct model_cited){ .kind = CITED_PRODUCT, .id = p->id, .title = p->title, .url = p->url, .product = p });
    for (size_t i = 0; i < m->products_cited && !there; i++) there = m->product_cited[i] == p;
    if (!there && m->products_cited < MODEL_CITED) m->product_cited[m->products_cited++] = p;
    if (!there && p->description && m->texts_cited < MODEL_CITED) m->text_cited[m->texts_cited++] = p->description;
}

void local_cite_text(struct local *m, const struct knowledge_text *t)
{
    enum model_cited_kind kind = t->kind == KNOWLEDGE_FAQ        ? CITED_FAQ
                                 : t->kind == KNOWLEDGE_DOCUMENT ? CITED_DOCUMENT
                                                                 : CITED_PROMOTION;
    cite(m, &(struct model_cited){ .kind = kind, .id = t->id, .title = t->title, .url = t->url });
    if (m->texts_cited < MODEL_CITED) m->text_cited[m->texts_cited++] = t->text;
}

void local_say(struct local *m, enum model_action action, enum say s, const char *why)
{
    SAY(m, s, { NULL, NULL });
    m->action = action, m->why = why;
}
